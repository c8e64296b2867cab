import { useFormats } from '../kit/formats.js';
import { type ShownRun, usePaths } from '../wire/runs.js';
import css from './page.module.css';

/** A word where one looks at another run than the one in use. */
export function OtherRun({ shown }: { readonly shown: ShownRun }) {
  return shown.isChampion ? null : <RunLine shown={shown} />;
}

/** Which run one looks at, and whether it is the one in use. */
export function RunLine({ shown: { run, isChampion } }: { readonly shown: ShownRun }) {
  const f = useFormats();
  const to = usePaths();
  const when = f.moment(run.endedAt ?? run.begunAt);
  return (
    <p className={css.runLine} data-other={!isChampion}>
      {isChampion ? (
        <>
          Found on {when}. <a href={to('runs')}>All runs</a>
        </>
      ) : (
        <>
          You are looking at “{run.title}”, found on {when}, which is not the one in use. <a href={to('')}>See the one in use</a> or <a href={to('runs')}>all runs</a>.
        </>
      )}
    </p>
  );
}
