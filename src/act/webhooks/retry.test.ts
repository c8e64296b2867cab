import { expect, test } from 'vitest';
import { delays, patience, verdictOf } from './retry.js';

const now = Date.UTC(2026, 0, 1);
const verdict = (status: number, { attempts = 0, retryAfter, random = 0 }: { attempts?: number; retryAfter?: string; random?: number } = {}) => verdictOf({ status, ms: 1, ...(retryAfter !== undefined && { retryAfter }) }, attempts, now, () => random);

test('only 2xx is success', () => {
  for (const status of [200, 201, 202, 204, 299]) expect(verdict(status)).toEqual({ then: 'delivered' });
  for (const status of [0, 100, 101, 300, 301, 304, 308, 400, 401, 404, 500]) expect(verdict(status), `${status}`).toEqual({ then: { due: now + 5000 } });
  expect(verdictOf({ fault: 'timeout', ms: 15_000 }, 0, now, () => 0)).toEqual({ then: { due: now + 5000 } });
});

test('there are ten attempts over 75 hours and 35 minutes, spread by up to a tenth and never early', () => {
  expect(patience).toBe((75 * 60 + 35) * 60_000 + 5000);
  delays.forEach((delay, attempts) => {
    expect(verdict(500, { attempts })).toEqual({ then: { due: now + delay } });
    expect(verdict(500, { attempts, random: 1 })).toEqual({ then: { due: now + Math.round(1.1 * delay) } });
  });
  expect(verdict(500, { attempts: 9 })).toEqual({ then: { dead: 'it did not succeed in 10 attempts' } });
});

test('Retry-After is heeded, as seconds or as a date, up to a day, and nonsense is not', () => {
  expect(verdict(503, { retryAfter: '120' })).toEqual({ then: { due: now + 120_000 }, pause: 120_000 });
  expect(verdict(400, { retryAfter: '120' })).toEqual({ then: { due: now + 120_000 } });
  expect(verdict(429, { retryAfter: new Date(now + 600_000).toUTCString() })).toEqual({ then: { due: now + 600_000 }, pause: 600_000 });
  expect(verdict(429, { retryAfter: '999999999' })).toEqual({ then: { due: now + 86_400_000 }, pause: 86_400_000 });
  for (const retryAfter of ['', '-5', '1e9', 'soon', new Date(now - 1000).toUTCString()]) expect(verdict(429, { retryAfter }), retryAfter).toEqual({ then: { due: now + 5000 }, pause: 0 });
});

test('410 is the end, and says so', () => {
  expect(verdict(410)).toEqual({ then: { dead: 'it answered 410: gone' }, gone: true });
});
