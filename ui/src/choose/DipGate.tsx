import type { Choice, PairDip } from '../../../src/domain/choice.js';
import { useFormats } from '../kit/formats.js';
import { Scroller } from '../kit/Section.js';
import css from './choose.module.css';
import { Gate } from './Gate.js';
import { pairedGroups } from './tested.js';

/** Gate 2: does the crowd thin out between neighbours, or is a continuum being cut? */
export function DipGate({ choice }: { readonly choice: Choice }) {
  const f = useFormats();
  const tested = pairedGroups(choice);
  const passed = choice.modalGroups > 1;
  return (
    <Gate
      number={2}
      title="Is there a gap between them?"
      passed={passed}
      question="Any continuum can be cut steadily, so steadiness alone proves nothing. Between each pair of neighbouring groups the crowd has to thin out (dip test on held-back data). Neighbours without a dip are joined."
      outcome={`Of ${f.count(tested)} ${tested === 1 ? 'group' : 'groups'}, ${f.count(choice.modalGroups)} ${choice.modalGroups === 1 ? 'remains' : 'remain apart'}`}
    >
      {choice.pairs.length > 0 ? <Pairs pairs={choice.pairs} threshold={choice.dipThreshold} /> : null}
    </Gate>
  );
}

/** The test numbers its groups in its own order, not that of the segments: letters keep the two apart. */
function Pairs({ pairs, threshold }: { readonly pairs: readonly PairDip[]; readonly threshold: number }) {
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
                {letter(pair.a)} and {letter(pair.b)}
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

const letter = (index: number): string => (index < 26 ? String.fromCharCode(65 + index) : `${index + 1}`);
