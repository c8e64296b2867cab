import { useParams, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Report } from '../../../src/domain/report.js';
import type { RunRow } from '../../../src/server/contract/runs.js';
import { useAsk } from './ask.js';

/** Every run that is there, newest first. */
export const useRuns = () => useAsk('GET /v1/runs');

/** The report of a run: everything `segments.json` holds. It never changes, so it is asked for once. */
export const useReport = (run: string | undefined) => useAsk('GET /v1/runs/:run', { params: { run: run ?? '' } }, { fixed: true, enabled: run !== undefined });

/** A run that has ended well. */
export type PublishedRun = RunRow & { readonly summary: NonNullable<RunRow['summary']> };

export const isPublished = (run: RunRow): run is PublishedRun => run.state === 'published' && run.summary !== undefined && run.removedAt === undefined;

/** A run as a page shows it. */
export interface ShownRun {
  readonly run: PublishedRun;
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
  const published = runs.data?.filter(isPublished);
  const run = published && pickRun(published, asked);
  const report = useReport(run?.id);
  const shown = run && report.data ? { run, report: report.data, isChampion: run.aliases.includes('champion') } : undefined;
  return {
    shown,
    error: runs.error ?? report.error,
    none: published?.length === 0,
    unknown: published && published.length > 0 && !run ? asked : undefined,
  };
}

/** The run that is asked for by its id or alias; else the champion, else the latest. */
export function pickRun(runs: readonly PublishedRun[], asked?: string): PublishedRun | undefined {
  if (asked) return runs.find((run) => run.id === asked || run.aliases.some((alias) => alias === asked));
  return runs.find((run) => run.aliases.includes('champion')) ?? runs[0];
}

/** The run that the address names, for questions and links; undefined: the one in use. */
export const useAskedRun = (): string | undefined => useSearch({ strict: false }).run;

/** Pages whose people and numbers are of the run in view: their addresses keep it. */
const OF_A_RUN = /^(map|segments|overlap|entities|choose|predict|data)(\/|$)/;

/** Addresses of this workspace: `to('segments/loyal')` → `/w/main/segments/loyal`, with the run that the address names where the page is of one. */
export function usePaths(): (path: string, query?: Readonly<Record<string, string | undefined>>) => string {
  const { workspace } = useParams({ strict: false });
  const run = useAskedRun();
  return useCallback((path, query = {}) => pathIn(workspace ?? 'main', path, { ...(OF_A_RUN.test(path) && { run }), ...query }), [workspace, run]);
}

export function pathIn(workspace: string, path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const said = new URLSearchParams(Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
  return `/w/${encodeURIComponent(workspace)}${path ? `/${path}` : ''}${said.size ? `?${said}` : ''}`;
}
