import type { Alias, AliasMove } from '../domain/alias.js';
import type { ApiKey } from '../domain/api-key.js';
import type { AuditCheck, AuditEntry, AuditHead } from '../domain/audit-entry.js';
import type { Decision } from '../domain/decision.js';
import type { JobRecord, JobState } from '../domain/job.js';
import type { Login } from '../domain/login.js';
import type { Note, Topic } from '../domain/note.js';
import type { Role } from '../domain/role.js';
import type { RuleVersion, RunSegment, SegmentRecord } from '../domain/segment-record.js';
import type { RunSummary, StoredRun } from '../domain/stored-run.js';
import type { Flow, FlowReason, SeenTransition, Transition } from '../domain/transition.js';
import type { Change } from '../domain/live.js';
import type { Delivery, DeliveryAttempt, Webhook, WebhookType } from '../domain/webhook.js';
import type { Workspace } from '../domain/workspace.js';

/** Who changes something, and why: written to the audit log in the transaction of the change. */
export interface By {
  readonly actor: string;
  readonly reason?: string;
  readonly request?: string;
}

/** Part of a list, and where the rest begins. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Give it as `after` for the next part; absent at the end. */
  readonly next?: string;
}

/** Which part of a list. */
export interface Paging {
  readonly after?: string;
  /** At most 1,000; 100 where absent. */
  readonly limit?: number;
}

/** What is known about everybody's workspaces: which there are, and who may enter. @throws `store/not-found`, `store/exists`, `store/conflict`, `store/bad-value` */
export interface HomeStore {
  readonly workspaces: {
    create(workspace: { readonly id: string; readonly name: string }, by: By): Promise<Workspace>;
    /** By name; those removed only where asked for. */
    list(options?: { readonly removed?: boolean }): Promise<Workspace[]>;
    get(id: string): Promise<Workspace>;
    rename(id: string, name: string, by: By): Promise<Workspace>;
    remove(id: string, by: By): Promise<Workspace>;
    restore(id: string, by: By): Promise<Workspace>;
    /** Deletes the operational store of a removed workspace for good. Its folder is the caller's to delete. */
    purge(id: string, by: By): Promise<void>;
  };
  readonly keys: {
    /** Gives the secret, this once. */
    create(key: NewApiKey, by: By): Promise<{ readonly key: ApiKey; readonly secret: string }>;
    list(): Promise<ApiKey[]>;
    /** The key with this secret, unless it is unknown, expired or revoked. Notes that it was used. */
    find(secret: string): Promise<ApiKey | undefined>;
    revoke(id: string, by: By): Promise<ApiKey>;
    /** Makes a key good again that was revoked within the last quarter of an hour. */
    restore(id: string, by: By): Promise<ApiKey>;
  };
  readonly logins: {
    /** Gives the secret, this once. */
    open(login: { readonly role: Role; readonly workspace?: string; readonly key?: string; readonly expiresAt: number }, by: By): Promise<{ readonly login: Login; readonly secret: string }>;
    /** The login with this secret, unless it is unknown, expired or its key is no longer good. */
    find(secret: string): Promise<Login | undefined>;
    end(id: string, by: By): Promise<void>;
  };
  readonly audit: AuditLog;
  /** The store of one workspace; opening it again gives the same one. @throws `store/not-found` for one that is unknown or removed */
  open(workspace: string): Promise<Store>;
  /** Whether a workspace has a journal: whether anything was ever sent to its live side. */
  hasJournal(workspace: string): Promise<boolean>;
  /** Resolves when the store answers. @throws `store/unavailable` */
  check(): Promise<void>;
  /** Closes this and every workspace's store. */
  close(): Promise<void>;
}

export interface NewApiKey {
  readonly name: string;
  readonly workspace?: string;
  /** One of the two. */
  readonly role?: Role;
  readonly only?: readonly string[];
  readonly expiresAt?: number;
}

/** The operations of one workspace. Reads are pure; every change writes its audit entry or does not happen. @throws `store/not-found`, `store/exists`, `store/conflict`, `store/bad-value` */
export interface Store {
  readonly runs: {
    /** Records that a run begins. One that ended unpublished can be begun again: what it had written is forgotten. */
    begin(run: { readonly id: string; readonly title: string; readonly input: unknown }, by: By): Promise<StoredRun>;
    /** Makes the run, its segments and its transitions visible, all at once. */
    publish(id: string, found: { readonly summary: RunSummary; readonly segments: readonly RunSegment[] }, by: By): Promise<StoredRun>;
    fail(id: string, error: string, by: By): Promise<StoredRun>;
    rename(id: string, title: string, by: By): Promise<StoredRun>;
    /** Takes it out of sight, with its transitions. @throws `store/conflict` while an alias points at it */
    remove(id: string, by: By): Promise<StoredRun>;
    restore(id: string, by: By): Promise<StoredRun>;
    /** Deletes what the store knows of a removed run for good. Its folder is the caller's to delete. */
    purge(id: string, by: By): Promise<void>;
    get(id: string): Promise<StoredRun>;
    /** Newest first; those removed only where asked for. */
    list(options?: Paging & { readonly state?: StoredRun['state']; readonly removed?: boolean }): Promise<Page<StoredRun>>;
  };
  readonly aliases: {
    /** Where each points now. */
    current(): Promise<Readonly<Partial<Record<Alias, string>>>>;
    /** Points an alias at a published run, or at none. */
    move(alias: Alias, run: string | undefined, by: By): Promise<AliasMove>;
    /** Points it back at the run before, in one transaction; doing so twice goes back two. @throws `store/conflict` where there is none to go back to */
    rollback(alias: Alias, by: By): Promise<AliasMove>;
    /** Newest first. */
    history(alias?: Alias): Promise<AliasMove[]>;
  };
  readonly segments: {
    /** A segment made by a rule, live or not, or by drawing. Its id is made of its name. */
    create(segment: { readonly origin: 'ruled' | 'drawn' | 'live'; readonly name: string } & NewRule, by: By): Promise<SegmentRecord>;
    /** A new version of its rule. */
    revise(id: string, rule: NewRule, by: By): Promise<SegmentRecord>;
    /** Its rules, newest first. */
    versions(id: string): Promise<RuleVersion[]>;
    rename(id: string, name: string, by: By): Promise<SegmentRecord>;
    remove(id: string, by: By): Promise<SegmentRecord>;
    restore(id: string, by: By): Promise<SegmentRecord>;
    get(id: string, options?: { readonly run?: string }): Promise<SegmentRecord>;
    /** Those of a run in its order, or all that a visible run or a rule holds, by name. Those removed only where asked for. */
    list(options?: { readonly run?: string; readonly origin?: SegmentRecord['origin']; readonly removed?: boolean }): Promise<SegmentRecord[]>;
    /** What it was in each visible run, oldest first: its size, value and stability over time. */
    trend(id: string): Promise<(RunSegment & { readonly run: string; readonly asOf: number })[]>;
  };
  readonly transitions: {
    /** Adds to a run that is not yet published; nobody sees them before. Gives how many. Written in chunks, between which others get their turn. */
    append(run: string, transitions: Iterable<Transition> | AsyncIterable<Transition>, by: By, options?: { readonly signal?: AbortSignal }): Promise<number>;
    /** Everything that happened to one entity, oldest first. */
    ofEntity(entity: string): Promise<SeenTransition[]>;
    /** How many entered and left a segment, oldest run first. */
    flow(segment: string): Promise<Flow[]>;
    /** Why they did in one run: the reasons of most, at most 100. */
    reasons(segment: string, run: string): Promise<FlowReason[]>;
    /** Who entered or left a segment, newest run first. */
    list(segment: string, options: Paging & { readonly direction: 'entered' | 'left'; readonly run?: string }): Promise<Page<SeenTransition>>;
  };
  readonly notes: {
    add(note: { readonly about: Topic; readonly text: string }, by: By): Promise<Note>;
    edit(id: string, text: string, by: By): Promise<Note>;
    remove(id: string, by: By): Promise<Note>;
    restore(id: string, by: By): Promise<Note>;
    /** Newest first. */
    /** Also a removed one. */
    get(id: string): Promise<Note>;
    list(options?: Paging & { readonly about?: Topic }): Promise<Page<Note>>;
  };
  readonly decisions: {
    /** The reason is that of `by`, which must have one. */
    record(decision: { readonly about: Topic; readonly text: string; readonly replaces?: string }, by: By): Promise<Decision>;
    /** Newest first. */
    list(options?: Paging & { readonly about?: Topic }): Promise<Page<Decision>>;
  };
  readonly jobs: {
    queue(job: { readonly kind: string; readonly input: unknown }, by: By): Promise<JobRecord>;
    start(id: string, by: By): Promise<JobRecord>;
    /** How far it is. The one change without an audit entry. */
    progress(id: string, progress: NonNullable<JobRecord['progress']>): Promise<void>;
    finish(id: string, result: unknown, by: By): Promise<JobRecord>;
    fail(id: string, error: NonNullable<JobRecord['problem']>, by: By): Promise<JobRecord>;
    cancel(id: string, by: By): Promise<JobRecord>;
    /** After a restart: what ran is interrupted. Gives those. */
    interrupt(by: By): Promise<JobRecord[]>;
    /** Queues a job again that was interrupted, cancelled or failed. */
    resume(id: string, by: By): Promise<JobRecord>;
    get(id: string): Promise<JobRecord>;
    /** Newest first. */
    list(options?: Paging & { readonly state?: JobState; readonly kind?: string }): Promise<Page<JobRecord>>;
  };
  readonly webhooks: {
    /** Of the changes after `cursor`. Gives the secret, this once. */
    create(webhook: WebhookWish & { readonly cursor: number }, by: By): Promise<{ readonly webhook: Webhook; readonly secret: string }>;
    /** What is absent stays; `null` means all. */
    edit(id: string, wish: Partial<WebhookWish>, by: By): Promise<Webhook>;
    /** Goes on where it stopped, or after the change `cursor`; deliveries that waited are made first. */
    enable(id: string, by: By, cursor?: number): Promise<Webhook>;
    disable(id: string, by: By): Promise<Webhook>;
    /** Gives the new secret, this once. Messages are signed with both until the old one is a day old. */
    rotate(id: string, by: By): Promise<{ readonly webhook: Webhook; readonly secret: string }>;
    remove(id: string, by: By): Promise<Webhook>;
    restore(id: string, by: By): Promise<Webhook>;
    get(id: string): Promise<Webhook>;
    /** By name; those removed only where asked for. */
    list(options?: { readonly removed?: boolean }): Promise<Webhook[]>;
    /** Newest first. */
    deliveries(id: string, options?: Paging & { readonly state?: Delivery['state']; readonly entity?: string }): Promise<Page<Delivery>>;
    /** A delivery and its attempts, oldest first. */
    delivery(id: string, delivery: number): Promise<Delivery & { readonly log: readonly DeliveryAttempt[] }>;
    /** Sends again what is through: those named, or those in a state whose change was in a span of time (half-open, ms). Gives how many. */
    replay(id: string, which: { readonly ids: readonly number[] } | { readonly state: 'dead' | 'delivered'; readonly since?: number; readonly until?: number }, by: By): Promise<number>;
  };
  /** What the dispatcher of webhooks does. Nothing here is a person's doing, so only the disabling of a webhook is written to the audit log. */
  readonly outbox: {
    /** The webhooks that are sent to. With `webhook`, that one alone, whatever its state. */
    targets(webhook?: string): Promise<WebhookTarget[]>;
    /** How many deliveries of a webhook wait. */
    waiting(webhook: number): Promise<number>;
    /** Makes deliveries of changes, each once however often it is said, and notes how far a webhook has come. In one transaction. */
    take(taken: readonly { readonly webhook: number; readonly cursor: number; readonly changes: readonly Change[] }[]): Promise<void>;
    /** Deliveries of a webhook that can be made at an instant, oldest first: of one entity never two at once, and in the order of its changes. */
    due(webhook: number, at: number, limit: number): Promise<DueDelivery[]>;
    /** The next instant at which something is due of these webhooks, beside the deliveries named. */
    next(webhooks: readonly { readonly webhook: number; readonly beside: readonly number[] }[]): Promise<number | undefined>;
    /** Writes down attempts and what follows from them, in one transaction. */
    settle(outcomes: readonly DeliveryOutcome[]): Promise<void>;
    /** Deletes what was through before an instant, at most some thousand. Gives how many. */
    prune(before: number): Promise<number>;
  };
  /** Erasures that are not done everywhere: written down before the first step, so that a server which is killed in between goes on with them. */
  readonly erasures: {
    /** Somebody with these names is to be forgotten; `record` is the last there is in the journal. */
    begin(names: readonly string[], record: number): Promise<number>;
    /** Those under way. `erased`: the journal has forgotten them by this `record`; whoever comes under these names since is somebody new to it. */
    open(): Promise<readonly { readonly seq: number; readonly names: readonly string[]; readonly erased: boolean; readonly record: number }[]>;
    /** The journal has forgotten them, which is written to the audit log. `told`: the last change that could be theirs. */
    erased(erasure: number, gone: { readonly record: number; readonly told: number; readonly identifiers: number; readonly events?: number }, by: By): Promise<void>;
    /** Deletes what the store has about those whom the journal has forgotten: deliveries, transitions, notes. */
    forget(): Promise<void>;
    /** Nothing is left to be done; how many rows of how many runs went. */
    end(erasures: readonly number[], done: { readonly runs: number; readonly rows: number }, by: By): Promise<void>;
  };
  readonly audit: AuditLog;
}

/** What a webhook is to be. */
export interface WebhookWish {
  readonly name: string;
  readonly url: string;
  readonly segments: readonly string[] | null;
  readonly types: readonly WebhookType[] | null;
}

/** A webhook, as much as sending to it needs. */
export interface WebhookTarget {
  readonly seq: number;
  readonly id: string;
  readonly url: string;
  readonly segments: readonly string[] | null;
  readonly types: readonly WebhookType[] | null;
  /** The newest first; the one before as long as it is good. None where they cannot be read. */
  readonly secrets: readonly string[];
  readonly cursor: number;
  readonly lastSuccessAt?: number;
}

export interface DueDelivery {
  readonly id: number;
  readonly change: Change;
  /** How often it was tried since it was made or replayed. */
  readonly attempts: number;
}

export interface DeliveryOutcome extends DeliveryAttempt {
  readonly delivery: number;
  readonly webhook: number;
  /** Delivered, dead for a reason, or to be tried again at an instant. */
  readonly then: 'delivered' | { readonly dead: string } | { readonly due: number };
  /** Nothing more is sent to this webhook, and why. */
  readonly disable?: string;
}

export interface NewRule {
  readonly rule: unknown;
  readonly words: string;
  readonly entities?: number;
  readonly run?: string;
}

/** Every change, append-only. */
export interface AuditLog {
  /** Newest first. `action` may be a noun alone ('segment'). */
  list(options?: Paging & AuditFilter): Promise<Page<AuditEntry>>;
  head(): Promise<AuditHead>;
  /** Reads the whole chain and names the first entry that does not fit; with a head kept elsewhere, also what was cut off or written anew before it. */
  verify(head?: AuditHead): Promise<AuditCheck>;
  /** Writes down what was done outside the store, such as an export or a refusal. */
  record(entry: { readonly action: string; readonly subject: Topic; readonly before?: unknown; readonly after?: unknown }, by: By): Promise<AuditEntry>;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: Partial<Topic>;
  /** Half-open, milliseconds: since ≤ at < until. */
  readonly since?: number;
  readonly until?: number;
}
