import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { createComing } from './coming.js';

const most = 500_000;
const body = (length?: number, encoding?: string) => ({ headers: { ...(length !== undefined && { 'content-length': String(length) }), ...(encoding && { 'content-encoding': encoding }) } }) as IncomingMessage;

it('counts the events in a body by its size until it has been read', () => {
  const coming = createComing(() => 1000);
  const read = coming.expect(body(60_000), most);
  const other = coming.expect(body(), most);
  expect(coming.events).toBe(101);
  read();
  expect(coming.events).toBe(1);
  other();
  expect(coming.events).toBe(0);
});

it('learns how large events are', () => {
  const coming = createComing(() => 0);
  for (let i = 0; i < 500; i++) coming.measure(body(30_000), 10);
  coming.expect(body(60_000), most);
  expect(coming.events).toBe(20);
});

it('does not learn it from bodies that are packed, nor that they are next to nothing', () => {
  const coming = createComing(() => 0);
  for (let i = 0; i < 500; i++) coming.measure(body(100, 'gzip'), 100);
  const read = coming.expect(body(60_000), most);
  expect(coming.events).toBe(100);
  read();
  for (let i = 0; i < 500; i++) coming.measure(body(100), 100);
  coming.expect(body(60_000), most);
  expect(coming.events).toBe(600);
});

it('expects no more of a body than may be in it, whatever it says of itself', () => {
  const coming = createComing(() => 0);
  coming.expect(body(2 ** 40), 60_000);
  expect(coming.events).toBe(100);
});

it('does not expect a body that is slow for longer than a fifth of a second, and takes it off only once', () => {
  let now = 1050;
  const coming = createComing(() => now);
  const slow = coming.expect(body(60_000), most);
  now = 1149;
  expect(coming.events).toBe(100);
  now = 1200;
  expect(coming.events).toBe(0);
  coming.expect(body(600), most);
  slow();
  expect(coming.events).toBe(1);
});
