import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { bodyOf, testBody } from './message.js';
import { signed } from './sign.js';

const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', `whsec_${Buffer.alloc(64, 7).toString('base64')}`];
const change = { n: 12, entity: 'ann – "ä"', segment: 's', version: 2, direction: 'entered', at: 1_700_000_000_000, seq: 9, reason: 'because', sequence: 3 } as const;

test('the vector of the Standard Webhooks libraries is signed as they sign it', () => {
  // From the tests of the reference libraries: message, timestamp, body and signature.
  expect(signed('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, '{"test": 2432232314}', [secrets[0]])['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('the official library verifies what is signed, with either secret while both are good, and refuses what was changed', () => {
  const body = bodyOf(change);
  const headers = signed('msg_a_12', Date.now(), body, secrets);
  for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook(secrets[0]).verify(body.replace('ann', 'bob'), headers)).toThrow();
  expect(() => new Webhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`).verify(body, headers)).toThrow();
  expect(() => new Webhook(secrets[0]).verify(body, { ...headers, 'webhook-id': 'msg_a_13' })).toThrow();
  expect(() => new Webhook(secrets[0]).verify(body, signed('msg_a_12', Date.now() - 600_000, body, secrets))).toThrow();
});

test('a message is thin: the change, its number and its order, and what holds now, under 20 kB whoever it is about', () => {
  expect(JSON.parse(bodyOf(change))).toEqual({
    type: 'segment.member.entered', timestamp: '2023-11-14T22:13:20.000Z',
    data: { entity: 'ann – "ä"', segment: 's', version: 2, member: true, at: '2023-11-14T22:13:20.000Z', sequence: 3, change: 12, reason: 'because' },
  });
  expect(JSON.parse(bodyOf({ ...change, direction: 'left' }))).toMatchObject({ type: 'segment.member.left', data: { member: false } });
  expect(Buffer.byteLength(bodyOf({ ...change, entity: '\u0001'.repeat(1064), reason: '\u0001'.repeat(90_000) }))).toBeLessThan(20_000);
  expect(JSON.parse(testBody(0))).toEqual({ type: 'webhook.test', timestamp: '1970-01-01T00:00:00.000Z', data: {} });
});
