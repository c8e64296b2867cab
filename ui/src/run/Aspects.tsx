import { useRef } from 'react';
import type { Comparison } from '../../../src/domain/comparison.js';
import { Bar } from '../kit/Bar.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { type Formats, useFormats } from '../kit/formats.js';
import { Hidden } from '../kit/Hidden.js';
import { Icon } from '../kit/Icon.js';
import { WORDS } from './compare-words.js';
import css from './runs.module.css';

type Aspect = Comparison['aspects'][number];

/** Which run is better at what, one card per question. */
export function Aspects({ aspects, a, b }: Pick<Comparison, 'aspects' | 'a' | 'b'>) {
  const f = useFormats();
  const cards = useRef<HTMLDivElement>(null);
  if (aspects.length === 0) return null;
  return (
    <section aria-labelledby="aspects">
      <div className={css.titled}>
        <h2 id="aspects" className={css.caption}>
          Which is better at what
        </h2>
        <ExportMenu title="Which is better at what" chart={{ element: cards, title: 'Which is better at what' }} table={{ columns: ['question', 'first', 'second', 'better', 'words'], rows: () => aspects.map((x) => [x.question, x.a, x.b, x.better, x.sentence]) }} />
      </div>
      <div ref={cards} className={css.aspects}>
        {aspects.map((aspect) => (
          <article key={aspect.question} className={css.aspect}>
            <h3>{WORDS[aspect.question].question}</h3>
            <div className={css.sides}>
              <Side name={`First (${f.count(a.segments)} groups)`} aspect={aspect} side="a" f={f} />
              <Side name={`Second (${f.count(b.segments)} groups)`} aspect={aspect} side="b" f={f} />
            </div>
            <p>{WORDS[aspect.question].answer(aspect, f)}</p>
          </article>
        ))}
      </div>
    </section>
  );
}

function Side({ name, aspect, side, f }: { readonly name: string; readonly aspect: Aspect; readonly side: 'a' | 'b'; readonly f: Formats }) {
  const value = aspect[side];
  const wins = aspect.better === side;
  return (
    <>
      <span>{name}</span>
      <Bar share={value} height={8} colour={wins ? 'var(--good)' : 'var(--neutral-bar)'} />
      <span className={wins ? css.better : undefined}>
        {aspect.question === 'more separable' ? f.number(value, 2) : f.percent(value)} {wins ? <Icon name="check" size={14} /> : null}
        {wins ? <Hidden>better</Hidden> : null}
      </span>
    </>
  );
}
