import { aliasesOf } from './aliases.js';
import { auditOf } from './audit.js';
import { decisionsOf } from './decisions.js';
import { jobsOf } from './jobs.js';
import type { Ledger } from './ledger.js';
import { notesOf } from './notes.js';
import { runsOf } from './runs.js';
import { segmentsOf } from './segments.js';
import type { Store } from './store.js';
import { outboxOf } from './outbox.js';
import { transitionsOf } from './transitions.js';
import { webhooksOf } from './webhooks.js';

/** The store of one workspace, whose database has the newest schema. */
export function openWorkspace(ledger: Ledger): Store {
  return {
    runs: runsOf(ledger), aliases: aliasesOf(ledger), segments: segmentsOf(ledger), transitions: transitionsOf(ledger),
    notes: notesOf(ledger), decisions: decisionsOf(ledger), jobs: jobsOf(ledger), webhooks: webhooksOf(ledger), outbox: outboxOf(ledger), audit: auditOf(ledger),
  };
}
