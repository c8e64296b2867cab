import type { Decider, DeciderOptions } from '../../src/flow/live/edge/decider.js';

/** What a module of `edgeModule` exports. */
export interface EdgeExports {
  readonly names: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  createDecider(options?: DeciderOptions): Decider;
}

/** Runs a module as a browser does: as an ES module of its own, from nothing but its text. */
export const importText = (text: string): Promise<EdgeExports> => import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`) as Promise<EdgeExports>;
