import { expect, it } from 'vitest';
import { createContext } from '../context.js';
import { evaluate } from './evaluate.js';
import { cardHtml } from './card-html.js';

it('a card is a page that loads nothing, and names from data are only text in it', () => {
  const y = Float64Array.from({ length: 100 }, (_, i) => i % 2);
  const evaluation = evaluate({ task: 'binary', values: y }, y.map((value) => 0.3 + 0.4 * value), createContext());
  const period = { cuts: [], rows: 100, entities: 100, rate: 0.5 };
  const card = { title: '<script>alert(1)</script>', question: 'Will "they"?', data: [], result: ['a < b'], limits: [], learned: period, tested: period, segments: [{ by: '<b>', scores: [{ segment: '<i>', rows: 1, observed: 1, predicted: 1 }] }], importance: [] };
  const page = cardHtml([{ card, evaluation, predictor: 'naive' }]);
  expect(page).not.toMatch(/<script|<b>|<i>|https?:\/\/|src=/);
  expect(page).toContain('&lt;script&gt;');
  expect(page.match(/<svg/g)?.length).toBe(2);
});
