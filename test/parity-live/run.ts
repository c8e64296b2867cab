export { openEngine } from '../../src/engine/catalog.js';
export { runRound } from './round.js';
export { subject } from './subject.js';
