// MBG/NBD: as BG/NBD, but people may leave after their first purchase too (Batislam, Denizel & Filiztekin 2007; Hoppe & Wagner 2007). So one who has bought once and not come
// back is held less and less alive. Cost: as BG/NBD.
import { geometricDropout } from './geometric-dropout.js';
import type { PurchaseModel } from './purchase-model.js';

export const mbgNbd: PurchaseModel = {
  name: 'mbg-nbd', title: 'MBG/NBD',
  says: 'People buy at random at their own rate and may leave for good after any purchase, the first one too.',
  ...geometricDropout(1),
};
