/** The files of a run, in the order they are said. */
export const outputs = {
  'report.html': 'the story, to read',
  'segments.json': 'the same as data',
  'membership.csv': 'who is in which segment',
  'membership.parquet': 'the same, for machines',
  'features.parquet': 'every feature of everyone',
  'model.json': 'the fitted model',
  'assign.sql': 'scores new rows in the warehouse',
  'rejected.csv': 'rows that could not be used, and why',
  'run.json': 'seed, versions, inputs, timings',
} as const;
