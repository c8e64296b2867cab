/** The files of a run, in the order they are said; a model that places rows by their neighbours has no `assign` files. */
export const outputs = {
  'report.html': 'the story, to read',
  'segments.json': 'the same as data',
  'membership.csv': 'who is in which segment',
  'membership.parquet': 'the same, for machines',
  'features.parquet': 'every feature of everyone',
  'model.json': 'the fitted model',
  'prediction-model.json': 'the models of what they will do next, where that was asked for',
  'model-card.md': 'how well those do, from what, and where not to trust them',
  'live.json': 'the same for live: features and model, to place somebody as events arrive',
  'assign.sql': 'scores new rows in the warehouse',
  'assign.js': 'scores one entity in a browser, with no dependencies',
  'rejected.csv': 'rows that could not be used, and why',
  'run.json': 'seed, versions, inputs, timings',
} as const;
