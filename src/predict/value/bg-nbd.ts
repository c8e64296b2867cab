// BG/NBD: people buy at random at their own rate and may leave for good after any repeat purchase (Fader, Hardie & Lee 2005, "Counting your customers" the easy way, Marketing
// Science 24(2)). The usual first choice. Not for those who have bought only once: it holds all of them alive, however long ago (MBG/NBD and Pareto/NBD do not).
// Cost per evaluation: O(different histories), one exponential and one logarithm each.
import { geometricDropout } from './geometric-dropout.js';
import type { PurchaseModel } from './purchase-model.js';

export const bgNbd: PurchaseModel = {
  name: 'bg-nbd', title: 'BG/NBD',
  says: 'People buy at random at their own rate and may leave for good after any repeat purchase.',
  ...geometricDropout(0),
};
