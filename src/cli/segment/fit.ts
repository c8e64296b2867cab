import { discoverCommand } from '../discover.js';

/** `shoal discover` under the word of the stage: the same pass, read as fitting an algorithm. */
export const fitCommand: typeof discoverCommand = {
  ...discoverCommand,
  name: 'segment fit',
  summary: 'Segments with the algorithm of your choice, and explains, tests and writes the result like discover.',
  examples: [
    ['shoal segment fit orders.csv --algorithm gaussian-mixture --k 5', 'five overlapping segments'],
    ['shoal segment fit orders.csv --algorithm hdbscan --set minClusterSize=50', 'dense groups and outliers'],
    ['shoal segment fit orders.csv --algorithm agglomerative --set method=average', 'nested segments'],
  ],
};
