import { z } from 'zod';
import { eventKinds } from '../../domain/event.js';

/** What a tracked message may be at most. Sizes in bytes, lengths in characters. `repeated`: what a batch says for all its messages, times their number. */
export const messageLimits = { event: 32 * 1024, batch: 500 * 1024, events: 2500, messageId: 100, name: 200, identifier: 500, externalIds: 20, depth: 32, repeated: 16 * 1024 * 1024 } as const;

const blank = (text: string) => text.trim() === '';
const identifier = z.union([
  z.string().max(messageLimits.identifier, `must be at most ${messageLimits.identifier} characters`),
  z.number().refine((value) => Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER, 'must be sent as text: as a number it is not exact'),
], 'must be text');
const given = (value: unknown) => value !== undefined && value !== null && !(typeof value === 'string' && blank(value));
const fields = z.record(z.string(), z.unknown()).nullish();
const name = z.string('must be text').max(messageLimits.name, `must be at most ${messageLimits.name} characters`);

/**
 * A message of the tracking API, as the Segment specification has it: for the documentation, and to hold `readMessages` to, which checks the same by hand because
 * it runs tens of thousands of times a second.
 */
export const messageFields = z.looseObject({
  type: z.enum(eventKinds).describe('Only in a batch; elsewhere the address says it'),
  messageId: z.string('must be text').max(messageLimits.messageId, `must be at most ${messageLimits.messageId} characters`).nullish().describe('What comes again under it within 30 days is not counted again'),
  userId: identifier.nullish(),
  anonymousId: identifier.nullish(),
  previousId: identifier.nullish().describe('Of an alias'),
  groupId: identifier.nullish().describe('Of a group'),
  event: name.nullish().describe('Name of a track: what was done'),
  name: name.nullish().describe('Name of a page or screen'),
  properties: fields, traits: fields, context: fields, integrations: fields,
  timestamp: z.unknown().optional().describe('When it happened by the clock of the sender (ISO 8601)'),
  sentAt: z.unknown().optional().describe('When it was sent, by the same clock'),
});

/** The same with what each kind needs. */
export const messageSchema = messageFields.superRefine((message, context) => {
  const needs = (key: string, there: boolean) => there || context.addIssue({ code: 'custom', path: [key], message: 'is missing' });
  needs('userId', given(message.userId) || given(message.anonymousId));
  if (message.type === 'track') needs('event', given(message.event));
  if (message.type === 'group') needs('groupId', given(message.groupId));
  if (message.type === 'alias') needs('userId', given(message.userId)), needs('previousId', given(message.previousId) || given(message.anonymousId));
});
