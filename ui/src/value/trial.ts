import type { HeldOut } from '../../../src/domain/value.js';
import type { Formats } from '../kit/formats.js';

/** By how much the trial was off, and in what: in money where money came, "−34 %". Where nothing happened there is no share to be off by. */
export function trialNote({ error, value }: Pick<HeldOut, 'error' | 'value'>, f: Pick<Formats, 'percent'>): { readonly off: string; readonly of?: 'money' | 'days with a purchase' } {
  const share = value?.error ?? error;
  if (share === undefined) return { off: 'nothing happened' };
  return { off: `${share > 0 ? '+' : ''}${f.percent(share)}`, of: value?.error === undefined ? 'days with a purchase' : 'money' };
}
