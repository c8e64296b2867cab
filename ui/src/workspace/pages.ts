import type { IconName } from '../kit/Icon.js';

/** A page of the way round. */
export interface PageLink {
  /** Path below the workspace. */
  readonly path: '' | 'map' | 'segments' | 'rules' | 'entities' | 'choose' | 'predict' | 'live' | 'data' | 'runs' | 'settings';
  readonly title: string;
  readonly icon: IconName;
}

/** The way round, in the order in which one gets to know a market. */
export const PAGES: readonly PageLink[] = [
  { path: '', title: 'Overview', icon: 'home' },
  { path: 'map', title: 'Map', icon: 'map' },
  { path: 'segments', title: 'Segments', icon: 'groups' },
  { path: 'rules', title: 'Build a segment', icon: 'filter' },
  { path: 'entities', title: 'Look someone up', icon: 'person' },
  { path: 'choose', title: 'How many groups', icon: 'number' },
  { path: 'predict', title: 'What comes next', icon: 'target' },
  { path: 'live', title: 'Live', icon: 'pulse' },
  { path: 'data', title: 'Data', icon: 'data' },
  { path: 'runs', title: 'Runs and models', icon: 'history' },
  { path: 'settings', title: 'Settings', icon: 'settings' },
];
