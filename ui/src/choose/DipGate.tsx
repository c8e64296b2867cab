import type { Choice, PairDip } from '../../../src/domain/choice.js';
import { useFormats } from '../kit/formats.js';
import { Scroller } from '../kit/Section.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import css from './choose.module.css';
import { Gate } from './Gate.js';

/** Gate 2: does the crowd thin out between neighbours, or is a continuum being cut? */
export function DipGate({ choice }: { readonly choice: Choice }) {
  const f = useFormats();
  const passed = choice.modalGroups > 1;
  return (
    <Gate
      number={2}
      title="Is there a gap between them?"
      passed={passed}
      question="Any continuum can be cut steadily, so steadiness alone proves nothing. Between each pair of neighbouring groups the crowd has to thin out (dip test on held-back data). Neighbours without a dip are joined."
      outcome={`${f.count(choice.modalGroups)} of ${f.count(choice.largestStableK)} ${choice.largestStableK === 1 ? 'group remains' : 'groups remain apart'}`}
    >
      {choice.pairs.length > 0 ? <Pairs pairs={choice.pairs} known={choice.k === choice.largestStableK} threshold={choice.dipThreshold} /> : null}
    </Gate>
  );
}

interface PairsProps {
  readonly pairs: readonly PairDip[];
  /** The pairs are of the delivered segments, so their marks mean something. */
  readonly known: boolean;
  readonly threshold: number;
}

function Pairs({ pairs, known, threshold }: PairsProps) {
  const f = useFormats();
  const weakest = [...pairs].sort((a, b) => b.p - a.p);
  return (
    <Scroller label="Neighbouring pairs" className={css.pairs}>
      <table>
        <thead>
          <tr>
            <th scope="col">Neighbours</th>
            <th scope="col">Dip</th>
            <th scope="col">p</th>
            <th scope="col">So</th>
          </tr>
        </thead>
        <tbody>
          {weakest.map((pair, i) => (
            <tr key={i}>
              <th scope="row">
                {known ? (
                  <>
                    <SegmentMark index={pair.a} alone size={20} /> <SegmentMark index={pair.b} alone size={20} />
                  </>
                ) : (
                  `${pair.a + 1} and ${pair.b + 1}`
                )}
              </th>
              <td>{f.fixed(pair.dip, 3)}</td>
              <td>{pair.p < threshold ? `< ${f.number(threshold, 3)}` : f.fixed(pair.p, 3)}</td>
              <td>{pair.separated ? 'apart' : 'joined'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}
