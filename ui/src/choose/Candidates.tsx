import type { Choice, KScores } from '../../../src/domain/choice.js';
import { type Formats, useFormats } from '../kit/formats.js';
import { LineChart } from '../kit/LineChart.js';
import { Scroller } from '../kit/Section.js';
import type { ExportTable } from '../kit/table-files.js';
import { testedGroups } from './tested.js';
import css from './choose.module.css';

interface Score {
  readonly title: string;
  readonly better: string;
  readonly of: (scores: KScores) => number | undefined;
  readonly show: (f: Formats, value: number | undefined) => string;
  readonly drawn: boolean;
}

const SCORES: readonly Score[] = [
  { title: 'Prediction strength', better: 'gate 1', of: (s) => s.predictionStrength, show: (f, x) => f.percent(x), drawn: false },
  { title: 'Silhouette', better: 'higher is better', of: (s) => s.silhouette, show: (f, x) => f.fixed(x, 3), drawn: true },
  { title: 'Davies–Bouldin', better: 'lower is better', of: (s) => s.daviesBouldin, show: (f, x) => f.fixed(x, 2), drawn: true },
  { title: 'Calinski–Harabasz', better: 'higher is better', of: (s) => s.calinskiHarabasz, show: (f, x) => f.number(x, 0), drawn: true },
  { title: 'Inertia', better: 'look for an elbow', of: (s) => s.inertia, show: (f, x) => f.compact(x), drawn: true },
  { title: 'Groups apart', better: 'gate 2', of: (s) => s.modalGroups, show: (f, x) => f.count(x), drawn: false },
];

/** The same as rows, every score as it is. */
export function scoresOf({ candidates, k }: Choice): ExportTable {
  return { columns: ['groups', 'chosen', ...SCORES.map(({ title }) => title)], rows: () => candidates.map((c) => [c.k, c.k === k, ...SCORES.map(({ of }) => of(c))]) };
}

/** Every number of groups that was tried, with every score; only the two gates decide. */
export function Candidates({ choice }: { readonly choice: Choice }) {
  const f = useFormats();
  if (choice.candidates.length === 0) return null;
  const marked = testedGroups(choice);
  const scores = SCORES.filter((score) => choice.candidates.some((c) => score.of(c) !== undefined));
  return (
    <div className={css.candidates}>
      <h3 className={css.gateTitle}>All that were tried</h3>
      <p className={css.note}>Only the two gates decide. The other scores are customary and are shown so that you can check; they are not obeyed, since each of them finds groups in data that has none.</p>
      <div className={css.lines}>
        {scores.filter((score) => score.drawn).map((score) => (
          <div key={score.title}>
            <p className={css.lineTitle}>
              {score.title} <span>{score.better}</span>
            </p>
            <LineChart
              points={choice.candidates.map((c) => [c.k, score.of(c) ?? Number.NaN])}
              marked={marked}
              format={(x) => score.show(f, x)}
              label={`${score.title} by number of groups: ${choice.candidates.map((c) => `${c.k}: ${score.show(f, score.of(c))}`).join(', ')}`}
              unit="groups"
              height={84}
            />
          </div>
        ))}
      </div>
      <Scroller label="Scores of every number of groups">
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">Groups</th>
              {scores.map((score) => (
                <th key={score.title} scope="col">
                  {score.title}
                  <span>{score.better}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {choice.candidates.map((c) => (
              <tr key={c.k} data-chosen={c.k === marked}>
                <th scope="row">
                  {c.k}
                  {c.k === marked ? <span> {marked === choice.k ? 'chosen' : 'tested'}</span> : null}
                </th>
                {scores.map((score) => (
                  <td key={score.title}>{score.show(f, score.of(c))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </div>
  );
}
