import { NativeSelect } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { Comparison } from '../../../src/domain/comparison.js';
import { FormatsProvider, useFormats } from '../kit/formats.js';
import { EmptyState, Loading, ProblemNote } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { isPublished, type PublishedRun, usePaths, useReport, useRuns } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { Agreement } from './Agreement.js';
import { Aspects } from './Aspects.js';
import { Flows } from './Flows.js';
import { verdictOf } from './compare-words.js';
import css from './runs.module.css';

/** Two runs side by side: how far they agree, who goes where, and which is better at what. */
export function CompareRunsPage() {
  const { first, second } = useParams({ from: '/w/$workspace/runs/$first/versus/$second' });
  const to = usePaths();
  const runs = useRuns();
  const published = runs.data?.filter(isPublished) ?? [];
  return (
    <Page title="Two runs compared" lead="Do both tell the same story, and which one tells it better?" above={<a href={to('runs')}>All runs</a>}>
      {published.length > 1 ? <Pick runs={published} first={first} second={second} /> : null}
      {first === second ? <EmptyState title="This is one run, twice">Choose another one to compare it with.</EmptyState> : <Compared first={first} second={second} />}
    </Page>
  );
}

function Pick({ runs, first, second }: { readonly runs: readonly PublishedRun[]; readonly first: string; readonly second: string }) {
  const f = useFormats();
  const { workspace } = useParams({ from: '/w/$workspace' });
  const navigate = useNavigate();
  const go = (a: string, b: string) => void navigate({ to: '/w/$workspace/runs/$first/versus/$second', params: { workspace, first: a, second: b }, replace: true });
  const data = runs.map((run) => ({ value: run.id, label: `${f.moment(run.endedAt ?? run.begunAt)}: ${run.title}${run.aliases.includes('champion') ? ' (in use)' : ''}` }));
  return (
    <div className={css.pick}>
      <NativeSelect label="The first" data={data} value={first} onChange={(event) => go(event.currentTarget.value, second)} />
      <span>and</span>
      <NativeSelect label="The second" data={data} value={second} onChange={(event) => go(first, event.currentTarget.value)} />
    </div>
  );
}

function Verdict({ comparison }: { readonly comparison: Comparison }) {
  return <p className={css.verdict}>{verdictOf(comparison, useFormats())}</p>;
}

function Compared({ first, second }: { readonly first: string; readonly second: string }) {
  const comparison = useAsk('GET /v1/runs/:run/compare/:other', { params: { run: first, other: second } }, { fixed: true });
  const a = useReport(first);
  const b = useReport(second);
  const error = comparison.error ?? a.error ?? b.error;
  if (error) return <ProblemNote error={error} onRetry={() => void comparison.refetch()} />;
  if (!comparison.data || !a.data || !b.data) return <Loading what="the comparison" />;
  const { data } = comparison;
  const { one, many } = a.data.entityWord;
  return (
    <FormatsProvider locale={navigator.language} currency={a.data.currency} one={one} many={many}>
      <Verdict comparison={data} />
      <Aspects aspects={data.aspects} a={data.a} b={data.b} />
      <Flows comparison={data} a={a.data.segments} b={b.data.segments} source={`${a.data.title} and ${b.data.title}`} />
      <Agreement comparison={data} />
    </FormatsProvider>
  );
}
