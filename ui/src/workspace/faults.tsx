import { Button } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { EmptyState, ProblemNote } from '../kit/states.js';
import css from './shell.module.css';

/** An address outside of every workspace. */
export function LostOutside() {
  return (
    <main>
      <NotFound />
    </main>
  );
}

/** An address that leads nowhere. */
export function NotFound() {
  return <Nowhere title="There is no such page" why="The address may be mistyped, or what it named was removed." />;
}

/** A workspace that is not there, or not for whoever is here. */
export function NoWorkspace({ workspace }: { readonly workspace: string }) {
  return (
    <main>
      <Nowhere title="There is no such workspace" why={`The address names the workspace “${workspace}”, which was removed or is not open to you.`} />
    </main>
  );
}

function Nowhere({ title, why }: { readonly title: string; readonly why: string }) {
  return (
    <div className={css.nowhere}>
      <title>Not found – Shoal</title>
      <EmptyState title={title} action={<Button component="a" href="/">To the overview</Button>}>
        {why}
      </EmptyState>
    </div>
  );
}

/** A page that broke: the fault is ours, the data is safe, and the rest still works. */
export function PageFault({ error, reset }: ErrorComponentProps) {
  return (
    <div className={css.nowhere}>
      <ProblemNote title="This page broke." error={`That is a fault in Shoal, not in your data, which is untouched. (${error instanceof Error ? error.message : String(error)})`} onRetry={reset} />
    </div>
  );
}
