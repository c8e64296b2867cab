/** Shoal as a library: named exports, in the order of the flow. */
export { discover, type Discovery } from './flow/discover.js';
export { defineShoal, type DiscoverInput, type DiscoverOptions, type ShoalConfig } from './flow/config.js';
export { assignRows, fitSegments, pointsOf, type FitOptions, type Rows, type Segmentation } from './flow/fit.js';
export { algorithms, type AlgorithmName } from './segment/catalog.js';
export { loadRun, type SavedRun } from './flow/saved.js';
export { simulate, type Simulated, type SimulateOptions } from './simulate/simulate.js';
export { createContext, type Context, type ContextOptions, type Progress } from './context.js';
export { ShoalError, type ErrorCode } from './errors.js';
export type { Source, SourceAudit, SourceColumn, SourceKind } from './domain/source.js';
export type { Feature, FeatureTable } from './domain/feature.js';
export type { EncodedFeature, Encoder, FeatureMatrix } from './domain/matrix.js';
export type { Choice, KScores, PairDip } from './domain/choice.js';
export type { Assignment, SegmentModel, SegmentStability } from './domain/segment.js';
export type { Explanation, Profile, SegmentRule, Trait } from './domain/profile.js';
export type { Brief, Goal, Lint, Tier } from './domain/brief.js';
export type { Distribution, Report, Run } from './domain/report.js';
