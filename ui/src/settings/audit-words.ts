import type { AuditEntry } from '../../../src/domain/audit-entry.js';

const VERBS: Readonly<Record<string, string>> = {
  create: 'made', add: 'added', begin: 'began', publish: 'published', fail: 'recorded the failure of', rename: 'renamed', remove: 'removed', restore: 'brought back', move: 'changed', rollback: 'took back', enable: 'switched on', disable: 'switched off', rotate: 'gave a new secret to', test: 'tried', replay: 'sent again from', erase: 'erased', unmerge: 'parted', purge: 'deleted for good',
  revoke: 'revoked', edit: 'changed', change: 'changed', update: 'changed', upload: 'added', resume: 'resumed', cancel: 'stopped', open: 'opened', close: 'ended', record: 'recorded', queue: 'asked for', start: 'began', finish: 'finished', interrupt: 'noted the interruption of', set: 'set', write: 'wrote', issue: 'made', append: 'recorded', interrupted: 'was interrupted in',
};
const NOUNS: Readonly<Record<string, string>> = { alias: 'what is in use', key: 'the key', run: 'the run', segment: 'the segment', workspace: 'the workspace', file: 'the file', note: 'a note on', decision: 'a decision on', job: 'the job', session: 'a session', transitions: 'who moved in the run', login: 'a session', webhook: 'the webhook', entity: 'somebody on the live side:', merge: 'what was joined at record' };

/** An entry as a sentence without its subject's doer: "renamed the segment loyal". */
export function actionWords({ action, subject, before, after }: Pick<AuditEntry, 'action' | 'subject' | 'before' | 'after'>): string {
  const [noun, verb] = action.split('.');
  const name = nameIn(after) ?? nameIn(before);
  const kind = noun === 'job' ? JOBS[kindIn(after) ?? kindIn(before) ?? ''] : undefined;
  if (kind) return `${VERBS[verb ?? ''] ?? verb ?? ''} ${kind}`;
  return `${VERBS[verb ?? ''] ?? verb ?? ''} ${NOUNS[noun] ?? noun} ${noun === 'alias' ? '' : name ? `“${name}”` : subject.id}`.trim();
}

const JOBS: Readonly<Record<string, string>> = { discover: 'finding groups', inspect: 'reading files', demo: 'making the demo company', import: 'copying tables' };

function kindIn(value: unknown): string | undefined {
  const kind = typeof value === 'object' && value !== null ? (value as { readonly kind?: unknown }).kind : undefined;
  return typeof kind === 'string' ? kind : undefined;
}

/** What the thing is called, where the record says. */
function nameIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, title } = value as { readonly name?: unknown; readonly title?: unknown };
  return typeof name === 'string' ? name : typeof title === 'string' ? title : undefined;
}
