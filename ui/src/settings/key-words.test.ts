import { describe, expect, it } from 'vitest';
import { contract } from '../../../src/server/contract/contract.js';
import { trackRoutes } from '../../../src/server/contract/track.js';
import { mayWords, SINGLE_RIGHTS } from './key-words.js';

describe('rights of keys in words', () => {
  it('are those of the role, the known single right, or the routes themselves', () => {
    expect(mayWords({ role: 'viewer' })).toBe('Look');
    expect(mayWords({ only: ['GET /v1/entities/:entity'] })).toBe('Ask which segment someone is in');
    expect(mayWords({ only: ['GET /v1/jobs'] })).toBe('only GET /v1/jobs');
  });

  it('name routes that there are', () => {
    for (const right of SINGLE_RIGHTS) for (const route of right.routes) expect(Object.keys({ ...contract, ...trackRoutes })).toContain(route);
  });
});
