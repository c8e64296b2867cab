import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Trait } from '../../../src/domain/profile.js';
import { useFormats } from '../kit/formats.js';
import { prose } from '../kit/prose.js';
import { EffectBar } from './EffectBar.js';
import css from './explain.module.css';

const FEW = 6;

interface TraitsProps {
  readonly traits: readonly Trait[];
  /** Effect at the end of the scale. */
  readonly reach: number;
  readonly colour: string;
}

/** What sets a segment apart: for each feature the effect with its interval, and the raw values here and elsewhere. */
export function Traits({ traits, reach, colour }: TraitsProps) {
  const [all, setAll] = useState(false);
  if (traits.length === 0)
    return (
      <div>
        <h4 className={css.small}>What sets them apart</h4>
        <p className={css.quiet}>No feature differs from everyone else’s.</p>
      </div>
    );
  const shown = all ? traits : traits.slice(0, FEW);
  return (
    <div className={css.traits}>
      <h4 className={css.small}>What sets them apart</h4>
      <ul>
        {shown.map((trait) => (
          <TraitRow key={trait.feature} trait={trait} reach={reach} colour={colour} />
        ))}
      </ul>
      <p className={css.scale} aria-hidden="true">
        <span>lower than others</span>
        <span>higher than others</span>
      </p>
      {traits.length > FEW ? (
        <Button className={css.more} variant="subtle" size="compact-sm" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? 'Show fewer' : `Show all ${traits.length}`}
        </Button>
      ) : null}
    </div>
  );
}

function TraitRow({ trait, reach, colour }: { readonly trait: Trait; readonly reach: number; readonly colour: string }) {
  const f = useFormats();
  const [low, high] = trait.interval;
  return (
    <li className={css.trait}>
      <p className={css.traitTitle}>
        {trait.title}
        {trait.usedToSegment ? null : <span className={css.profileOnly}>describes only</span>}
      </p>
      <EffectBar effect={trait.effect} interval={trait.interval} reach={reach} colour={colour} />
      <p className={css.traitValues}>
        <strong>{prose(trait.hereText)}</strong> <span>vs {prose(trait.elsewhereText)}</span>
      </p>
      <p className={css.traitEffect}>
        {sizeWord(trait.effect)} {f.fixed(trait.effect, 1)} ({f.fixed(low, 1)} to {f.fixed(high, 1)})
        {trait.p === undefined ? null : `, p ${trait.p < 0.001 ? '< 0.001' : `= ${f.number(trait.p, 3)}`}`}
      </p>
    </li>
  );
}

/** Cohen's own words, and one more for what he never saw. */
function sizeWord(effect: number): string {
  const size = Math.abs(effect);
  return size >= 1.5 ? 'very large' : size >= 0.8 ? 'large' : size >= 0.5 ? 'medium' : size >= 0.2 ? 'small' : 'negligible';
}
