import type { Choice } from '../../../src/domain/choice.js';
import { useFormats } from '../kit/formats.js';
import { prose } from '../kit/prose.js';
import { Section } from '../kit/Section.js';
import { Candidates, scoresOf } from './Candidates.js';
import css from './choose.module.css';
import { DipGate } from './DipGate.js';
import { StrengthGate } from './StrengthGate.js';

/** How the number of segments was decided, in words first, then with every number that was looked at. */
export function Choose({ choice }: { readonly choice: Choice }) {
  const f = useFormats();
  const proven = choice.verdict === 'segments';
  return (
    <Section id="choice" image table={choice.candidates.length > 0 ? scoresOf(choice) : undefined} title={proven || (choice.asked?.proven ?? 1) > 1 ? `How the number ${f.count(choice.k)} was decided` : 'Why no separate groups could be proven'}>
      <div className={css.words}>
        <p className={css.reason}>{prose(choice.reason)}</p>
        {choice.power ? <p className={css.power}>{prose(choice.power)}</p> : null}
      </div>
      <ol className={css.gates}>
        <StrengthGate choice={choice} />
        <DipGate choice={choice} />
      </ol>
      <Candidates choice={choice} />
    </Section>
  );
}
