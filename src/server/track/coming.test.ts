import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { createComing } from './coming.js';

const body = (length?: number) => ({ headers: length === undefined ? {} : { 'content-length': String(length) } }) as IncomingMessage;

it('counts the events in a body by its size until it has been read', () => {
  const coming = createComing(() => 1000);
  const read = coming.expect(body(60_000));
  const other = coming.expect(body());
  expect(coming.events).toBe(101);
  read();
  expect(coming.events).toBe(1);
  other();
  expect(coming.events).toBe(0);
});

it('learns how large events are', () => {
  const coming = createComing(() => 0);
  for (let i = 0; i < 500; i++) coming.measure(body(30_000), 10);
  coming.expect(body(60_000));
  expect(coming.events).toBe(20);
});

it('does not expect a body that is slow for longer than a fifth of a second, and takes it off only once', () => {
  let now = 1050;
  const coming = createComing(() => now);
  const slow = coming.expect(body(60_000));
  now = 1149;
  expect(coming.events).toBe(100);
  now = 1200;
  expect(coming.events).toBe(0);
  coming.expect(body(600));
  slow();
  expect(coming.events).toBe(1);
});
