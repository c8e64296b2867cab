import { openState } from '../../src/flow/live/state/open-state.js';
import { createIdentity } from '../../src/unify/identity.js';
import type { Subject } from './round.js';

/** The live state with what the product gives it. */
export const subject: Subject = { openState, options: { identity: (saved) => createIdentity({}, saved) } };
