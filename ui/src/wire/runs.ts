import { useParams, useSearch } from '@tanstack/react-router';
import type { Report } from '../../../src/domain/report.js';
import type { RunSummary } from '../../../src/server/contract/runs.js';
import { useAsk } from './ask.js';

/** Every run that is there, newest first. */
export const useRuns = () => useAsk('GET /v1/runs');

/** The report of a run: everything `segments.json` holds. It never changes, so it is asked for once. */
export const useReport = (run: string | undefined) => useAsk('GET /v1/runs/:run', { params: { run: run ?? '' } }, { fixed: true, enabled: run !== undefined });

/** A run as a page shows it. */
export interface ShownRun {
  readonly summary: RunSummary;
  readonly report: Report;
  readonly isChampion: boolean;
}

export interface ShownRunAnswer {
  /** Absent while it comes, where it failed, and where there is none. */
  readonly shown?: ShownRun;
  readonly error: Error | null;
  /** The workspace has no run yet. */
  readonly none: boolean;
  /** The run that the address names is not there. */
  readonly unknown?: string;
}

/** The run in view: the one that the address names (`?run=`), else the champion, else the latest. */
export function useShownRun(): ShownRunAnswer {
  const { run: asked } = useSearch({ strict: false });
  const runs = useRuns();
  const summary = runs.data && pickRun(runs.data, asked);
  const report = useReport(summary?.id);
  const shown = summary && report.data ? { summary, report: report.data, isChampion: summary.aliases.includes('champion') } : undefined;
  return {
    shown,
    error: runs.error ?? report.error,
    none: runs.data?.length === 0,
    unknown: runs.data && runs.data.length > 0 && !summary ? asked : undefined,
  };
}

export function pickRun(runs: readonly RunSummary[], asked?: string): RunSummary | undefined {
  if (asked) return runs.find((run) => run.id === asked || run.aliases.includes(asked));
  return runs.find((run) => run.aliases.includes('champion')) ?? runs[0];
}

/** Addresses of this workspace: `to('segments/loyal')` → `/w/main/segments/loyal`. */
export function usePaths(): (path: string, query?: Readonly<Record<string, string | undefined>>) => string {
  const { workspace } = useParams({ strict: false });
  return (path, query = {}) => pathIn(workspace ?? 'main', path, query);
}

export function pathIn(workspace: string, path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const said = new URLSearchParams(Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
  return `/w/${encodeURIComponent(workspace)}${path ? `/${path}` : ''}${said.size ? `?${said}` : ''}`;
}
