import type { Migration } from '../migrate.js';
import { start as homeStart } from './home/0001-start.js';
import { start as journalStart } from './journal/0001-start.js';
import { groups } from './journal/0002-groups.js';
import { versions } from './journal/0003-versions.js';
import { goneStates } from './journal/0004-gone.js';
import { start as workspaceStart } from './workspace/0001-start.js';
import { reasons } from './workspace/0002-reasons.js';
import { webhooks } from './workspace/0003-webhooks.js';
import { erasures } from './workspace/0004-erasures.js';
import { erased } from './workspace/0005-erased.js';

/** The steps of each schema, in order. A new step is one file and one line here. */
export const migrations: { readonly home: readonly Migration[]; readonly workspace: readonly Migration[]; readonly journal: readonly Migration[] } = {
  home: [homeStart],
  workspace: [workspaceStart, reasons, webhooks, erasures, erased],
  journal: [journalStart, groups, versions, goneStates],
};
