import type { Change } from '../../domain/live.js';

/** What a webhook is told of a change: who, which segment, since when, and what holds now. `sequence` grows with every change of an entity: of two messages, the higher is the newer. */
export function bodyOf({ entity, segment, version, direction, at, sequence, n, reason }: Change): string {
  return JSON.stringify({
    type: `segment.member.${direction}`, timestamp: new Date(at).toISOString(),
    data: { entity, segment, version, member: direction === 'entered', at: new Date(at).toISOString(), sequence, change: n, reason: reason.slice(0, 1000) },
  });
}

/** What is sent to try a webhook out. */
export const testBody = (at: number): string => JSON.stringify({ type: 'webhook.test', timestamp: new Date(at).toISOString(), data: {} });
