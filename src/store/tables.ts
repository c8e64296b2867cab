import type { ChangeRow, MessageRow, RecordRow, SettingRow, VersionRow, SubjectRow } from './journal/tables.js';

/** The tables as they are stored: instants are milliseconds, JSON is canonical text. Those of `home` are in one database, the others in one per workspace, those of the journal in another per workspace; `schema_versions` is in each, `audit` in all but the journal. */
export interface Tables {
  schema_versions: { version: number; name: string; at: number };
  audit: {
    seq: number; at: number; actor: string; action: string; subject_kind: string; subject: string;
    before: string | null; after: string | null; reason: string | null; request: string | null; previous: string; hash: string;
  };

  workspaces: { id: string; name: string; created_at: number; removed_at: number | null };
  api_keys: {
    seq: number; id: string; name: string; hint: string; hash: string; workspace: string | null; role: string | null; only: string | null;
    created_at: number; created_by: string; expires_at: number | null; revoked_at: number | null; last_used_at: number | null;
  };
  logins: { id: string; hash: string; actor: string; role: string; workspace: string | null; key: string | null; created_at: number; expires_at: number };

  runs: {
    /** Another one each time it is begun, so that what an earlier attempt wrote is never seen. */
    seq: number; id: string; title: string; state: string; begun_at: number; begun_by: string; ended_at: number | null;
    input: string; as_of: number | null; summary: string | null; error: string | null; removed_at: number | null;
  };
  alias_moves: { seq: number; alias: string; run: string | null; previous: string | null; kind: string; at: number; actor: string; reason: string | null };
  segments: { seq: number; id: string; origin: string; name: string; named_by: string; created_at: number; created_by: string; removed_at: number | null };
  segment_names: { seq: number; segment: string; name: string; at: number; actor: string; named_by: string; reason: string | null };
  run_segments: { run: number; id: string; segment: number; name: string; entities: number; share: number; revenue: number | null; stability: number | null };
  rules: { segment: string; version: number; rule: string; words: string; entities: number | null; run: string | null; at: number; actor: string; reason: string | null };
  transitions: { run: number; n: number; entity: string; at: number; from_segment: string | null; to_segment: string | null; reason: string | null };
  /** Counts of the transitions, kept with them. */
  flows: { run: number; segment: string; entered: number; left: number };
  flow_reasons: { run: number; segment: string; reason: string; entered: number; left: number };
  notes: { seq: number; id: string; about_kind: string; about: string; text: string; at: number; actor: string; edited_at: number | null; removed_at: number | null };
  decisions: { seq: number; id: string; about_kind: string; about: string; text: string; reason: string; at: number; actor: string; replaces: string | null };
  jobs: {
    seq: number; id: string; kind: string; input: string; state: string; attempt: number; progress: string | null; result: string | null; error: string | null;
    queued_at: number; queued_by: string; started_at: number | null; ended_at: number | null;
  };
  webhooks: {
    seq: number; id: string; name: string; url: string; segments: string | null; types: string | null; secret: string; old_secret: string | null; old_secret_until: number | null;
    disabled_at: number | null; disabled_why: string | null; cursor: number; last_success: number | null; last_failure: number | null; created_at: number; created_by: string; removed_at: number | null;
  };
  /** `entity` as a JSON string, since every engine keeps that as it was. `due` is null unless it waits, and while an earlier one of the same entity and webhook is not through. */
  deliveries: {
    id: number; webhook: number; n: number; entity: string; at: number; change: string; state: string; attempts: number; due: number | null; settled_at: number | null; why: string | null;
  };
  /** `number` counts all attempts of a delivery, also those before it was sent again by hand. */
  delivery_attempts: { delivery: number; number: number; at: number; ms: number; status: number | null; fault: string | null };

  /** `names`: what somebody was called, as JSON; `state`: 'begun' until the journal has forgotten them, then 'erased'; `record`: the journal's last record when it was begun, then the one that erased them; `told`: their last change. The row goes when nothing is left of them. */
  erasures: { seq: number; names: string; state: string; at: number; record: number; told: number };

  /** The journal: what each holds is said in journal/tables.ts. Bytes are sealed. */
  records: RecordRow;
  messages: MessageRow;
  subjects: SubjectRow;
  changes: ChangeRow;
  states: VersionRow;
  settings: SettingRow;
}
