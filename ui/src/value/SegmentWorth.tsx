import type { Worth } from '../../../src/domain/value.js';
import { type Formats, useFormats } from '../kit/formats.js';
import { Stat } from '../kit/Section.js';
import { trialNote } from './trial.js';

/** What a segment (by its position), or everyone, will be worth: one figure among others of theirs. */
export function SegmentWorth({ worth, segment }: { readonly worth: Worth | undefined; readonly segment?: number }) {
  const f = useFormats();
  if (worth?.kind === 'purchases') {
    const one = segment === undefined ? worth.all : worth.segments[segment];
    if (!one) return null;
    const amount = one.value === undefined ? f.compact : f.compactMoney;
    const [low, high] = one.interval;
    return (
      <>
        <Stat
          label={`${one.value === undefined ? 'Purchases' : 'Worth'} within ${f.count(worth.horizonDays)} days`}
          value={amount(one.value ?? one.purchases)}
          note={`${amount(low)} to ${amount(high)}${segment === undefined ? (worth.heldOut ? `; when tried ${trialNote(worth.heldOut, f).off}` : '') : `; ${f.percent(one.share)} of all`}`}
        />
        {one.alive === undefined || worth.model === 'NBD' ? null : <Stat label="Still there" value={f.percent(one.alive / Math.max(1, one.entities))} note={`${f.count(one.alive)} of ${f.count(one.entities)}`} />}
      </>
    );
  }
  if (worth?.kind === 'subscriptions') {
    const one = segment === undefined ? worth.all : worth.segments[segment];
    return one ? <Stat label="Half have left after" value={one.median === undefined ? 'not yet' : f.number(one.median)} note={stays(worth.horizon, one, worth.time, f)} /> : null;
  }
  return null;
}

const stays = (horizon: number, { stays, running }: { readonly stays: number; readonly running: number }, time: string, f: Formats): string =>
  `‘${time}’; ${f.percent(stays / Math.max(1, running))} stay for ${f.number(horizon)} more`;
