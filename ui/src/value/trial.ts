import type { HeldOut } from '../../../src/domain/value.js';
import type { Formats } from '../kit/formats.js';

/** By how much the trial was off, in money where there is some: "−34 %". Where nothing happened there is no share to be off by. */
export function trialNote({ error, value }: Pick<HeldOut, 'error' | 'value'>, f: Pick<Formats, 'percent'>): string {
  const off = value?.error ?? error;
  if (off === undefined) return 'nothing happened';
  return `${off > 0 ? '+' : ''}${f.percent(off)}`;
}
