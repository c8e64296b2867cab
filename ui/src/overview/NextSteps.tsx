import { useFormats } from '../kit/formats.js';
import { Icon, type IconName } from '../kit/Icon.js';
import { type ShownRun, usePaths } from '../wire/runs.js';
import css from './overview.module.css';

/** Where to go from here. */
export function NextSteps({ shown: { run, report, isChampion } }: { readonly shown: ShownRun }) {
  const f = useFormats();
  const to = usePaths();
  const query = isChampion ? {} : { run: run.id };
  const rejected = report.sources.reduce((sum, s) => sum + s.audit.rowsRejected, 0);
  const steps: readonly (readonly [icon: IconName, title: string, words: string, path: string])[] = [
    ['groups', 'Get to know each group', 'Who they are, what sets them apart, when to reach them and what to offer.', 'segments'],
    ['map', `See all ${f.many} on a map`, 'Near each other means alike. Circle a part of it to make a segment of your own.', 'map'],
    ['filter', 'Build a segment yourself', 'Say what must hold of its members, and see at once how many there are.', 'rules'],
    ['data', 'Check what it rests on', rejected > 0 ? `${f.count(rejected)} of ${f.count(report.totals.rows)} rows were left out, each with its reason.` : 'Every row was used. See what each column was taken for.', 'data'],
  ];
  return (
    <div>
      <h2 className={css.caption}>Where to go from here</h2>
      <ul className={css.steps}>
        {steps.map(([icon, title, words, path]) => (
          <li key={path}>
            <a href={to(path, query)}>
              <Icon name={icon} size={20} />
              <span>
                <strong>{title}</strong>
                <span>{words}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
