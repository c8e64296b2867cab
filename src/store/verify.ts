import type { AuditCheck, AuditHead } from '../domain/audit-entry.js';
import { ShoalError } from '../errors.js';
import { openDatabases } from './catalog.js';
import { verifyChain } from './chain.js';

/** The newest entry of each audit log: that of home, and those of the workspaces. */
export interface AuditHeads {
  readonly home?: AuditHead;
  readonly workspaces: Readonly<Record<string, AuditHead>>;
}

/** What checking every audit log of a store found: that of home first, under no workspace. */
export interface AuditReport {
  readonly workspace?: string;
  readonly check: AuditCheck;
}

/** Checks every audit log of a store, also beside a running server; with heads that were kept elsewhere, also that nothing was cut off. @throws `store/not-found` where there is no store */
export async function verifyAudits(place: string, kept: AuditHeads = { workspaces: {} }): Promise<AuditReport[]> {
  const databases = await openDatabases(place, { beside: true });
  try {
    if (!(await databases.exists())) throw new ShoalError('store/not-found', { kind: 'store', id: databases.name });
    const home = await databases.open();
    const reports: AuditReport[] = [{ check: await verifyChain(home.db, kept.home) }];
    for (const { id } of await home.db.selectFrom('workspaces').select('id').orderBy('id').execute()) {
      if (!(await databases.exists(id))) continue;
      const { db } = await databases.open(id);
      reports.push({ workspace: id, check: await verifyChain(db, Object.hasOwn(kept.workspaces, id) ? kept.workspaces[id] : undefined) });
    }
    return reports;
  } finally {
    await databases.close();
  }
}
