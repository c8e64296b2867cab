import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { RunLine } from '../workspace/RunLine.js';
import { usePaths, useShownRun } from '../wire/runs.js';
import { Changes } from './Changes.js';
import { NextSteps } from './NextSteps.js';
import { Overview } from './Overview.js';
import css from './overview.module.css';

/** The market on one page. */
export function OverviewPage() {
  const to = usePaths();
  const { shown: there } = useShownRun();
  return (
    <Page title="Overview" ownTitle={there !== undefined}>
      <RunFrame>
        {(shown) => (
          <div className={css.page}>
            <RunLine shown={shown} />
            <Overview {...shown.report} choiceHref={to('choose', { run: shown.isChampion ? undefined : shown.run.id })}>
              {shown.isChampion ? <Changes /> : null}
              <NextSteps shown={shown} />
            </Overview>
          </div>
        )}
      </RunFrame>
    </Page>
  );
}
