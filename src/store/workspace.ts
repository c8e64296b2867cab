import { aliasesOf } from './aliases.js';
import { auditOf } from './audit.js';
import { decisionsOf } from './decisions.js';
import { jobsOf } from './jobs.js';
import type { Ledger } from './ledger.js';
import { notesOf } from './notes.js';
import { runsOf } from './runs.js';
import { segmentsOf } from './segments.js';
import { erasuresOf } from './erasures.js';
import type { Sealing } from './sealing.js';
import type { Store } from './store.js';
import { outboxOf } from './outbox.js';
import { transitionsOf } from './transitions.js';
import { sealSecrets, webhooksOf } from './webhooks.js';

/** The store of one workspace, whose database has the newest schema. */
export async function openWorkspace(ledger: Ledger, sealing: Sealing): Promise<Store> {
  await sealSecrets(ledger, sealing);
  return {
    runs: runsOf(ledger), aliases: aliasesOf(ledger), segments: segmentsOf(ledger), transitions: transitionsOf(ledger),
    notes: notesOf(ledger), decisions: decisionsOf(ledger), jobs: jobsOf(ledger), webhooks: webhooksOf(ledger, sealing), outbox: outboxOf(ledger, sealing), erasures: erasuresOf(ledger), audit: auditOf(ledger),
  };
}
