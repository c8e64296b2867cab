import { expect, it } from 'vitest';
import { createLoginTokens } from './login-tokens.js';

const admin = { actor: 'admin', role: 'admin' } as const;

it('lets in once, and only with the very token', () => {
  const tokens = createLoginTokens(() => 0);
  const token = tokens.issue(admin);
  expect(token).toMatch(/^shl_[\w-]{43}$/);
  expect(tokens.redeem(`${token}x`)).toBeUndefined();
  expect(tokens.redeem('')).toBeUndefined();
  expect(tokens.redeem(token)).toEqual(admin);
  expect(tokens.redeem(token)).toBeUndefined();
});

it('expires', () => {
  let now = 0;
  const tokens = createLoginTokens(() => now, 1000);
  const token = tokens.issue(admin);
  now = 1000;
  expect(tokens.redeem(token)).toBeUndefined();
});
