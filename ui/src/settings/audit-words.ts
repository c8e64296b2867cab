import type { AuditEntry } from '../../../src/domain/audit-entry.js';

const VERBS: Readonly<Record<string, string>> = {
  create: 'made', add: 'added', begin: 'began', publish: 'published', fail: 'recorded the failure of', rename: 'renamed', remove: 'removed', restore: 'brought back', move: 'changed', rollback: 'took back', purge: 'deleted for good',
  revoke: 'revoked', edit: 'changed', change: 'changed', update: 'changed', upload: 'added', resume: 'resumed', cancel: 'stopped', open: 'opened', close: 'ended', record: 'recorded',
};
const NOUNS: Readonly<Record<string, string>> = { alias: 'what is in use', key: 'the key', run: 'the run', segment: 'the segment', workspace: 'the workspace', file: 'the file', note: 'a note on', decision: 'a decision on', job: 'the job', session: 'a session', login: 'a session' };

/** An entry as a sentence without its subject's doer: "renamed the segment loyal". */
export function actionWords({ action, subject }: Pick<AuditEntry, 'action' | 'subject'>): string {
  const [noun, verb] = action.split('.');
  const id = typeof subject === 'object' && subject !== null && 'id' in subject ? String(subject.id) : String(subject);
  return `${VERBS[verb ?? ''] ?? verb ?? action} ${NOUNS[noun] ?? noun} ${id}`.trim();
}
