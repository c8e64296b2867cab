import { expect, it } from 'vitest';
import { trialNote } from './trial.js';

const f = { percent: (share: number) => `${Math.round(100 * share)} %` };

it('says by how much a trial was off in money where money came, else in purchases, and where nothing happened that', () => {
  expect(trialNote({ error: -0.1, value: { expected: 100, happened: 150, error: 0.5 } }, f)).toEqual({ off: '+50 %', of: 'money' });
  expect(trialNote({ error: -0.1, value: { expected: 100, happened: 0 } }, f)).toEqual({ off: '-10 %', of: 'days with a purchase' });
  expect(trialNote({}, f)).toEqual({ off: 'nothing happened' });
});
