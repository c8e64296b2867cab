import type { EventKind } from '../../domain/event.js';
import type { TrackRouteId } from '../contract/track.js';

/** What an address of the tracking API asks for. */
export interface Place {
  readonly id: TrackRouteId | 'POST /v1/m';
  readonly type: EventKind | 'batch' | 'webhook' | 'settings' | 'metrics';
  /** The variable part of the path. */
  readonly part?: string;
}

const places: ReadonlyMap<string, Place> = new Map([
  ...(['identify', 'track', 'page', 'screen', 'group', 'alias', 'batch'] as const).flatMap((type) => [type, type[0]].map((name): [string, Place] => [`/v1/${name}`, { id: `POST /v1/${type}`, type }])),
  ['/v1/m', { id: 'POST /v1/m', type: 'metrics' }],
]);

/** Undefined where an address is not of the tracking API. */
export function placeOf(url: string): Place | undefined {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const found = places.get(path);
  if (found || !(path.startsWith('/v1/p') || path.startsWith('/v1/w'))) return found;
  const webhook = /^\/v1\/webhook\/([\w.-]{1,100})$/.exec(path)?.[1];
  if (webhook !== undefined) return { id: 'POST /v1/webhook/:source', type: 'webhook', part: webhook };
  const key = /^\/v1\/projects\/([\w.-]{1,200})\/settings$/.exec(path)?.[1];
  return key === undefined ? undefined : { id: 'GET /v1/projects/:writeKey/settings', type: 'settings', part: key };
}
