import type { Kysely, Selectable } from 'kysely';
import { aliases, type Alias, type AliasMove } from '../domain/alias.js';
import { ShoalError } from '../errors.js';
import type { Change, Ledger } from './ledger.js';
import { runNamed } from './run-row.js';
import type { Store } from './store.js';
import type { Tables } from './tables.js';
import { oneOf } from './values.js';

type Row = Selectable<Tables['alias_moves']>;

/** Aliases: where each points is what its last move says. */
export function aliasesOf({ db, change }: Ledger): Store['aliases'] {
  return {
    async current() {
      const entries = await Promise.all(aliases.map(async (alias) => [alias, await runOf(db, alias)] as const));
      return Object.fromEntries(entries.filter(([, run]) => run !== undefined));
    },
    move: (alias, run, by) => change(by, async (changing) => {
      oneOf('alias', alias, aliases);
      const previous = await runOf(changing.trx, alias);
      if (run !== undefined) await pointable(changing.trx, run);
      if (run === previous) throw new ShoalError('store/conflict', { problem: run === undefined ? `There is no ${alias} to take away.` : `The run '${run}' is the ${alias} already.` });
      return point(changing, { alias, run, previous, kind: 'move' });
    }),
    rollback: (alias, by) => change(by, async (changing) => {
      const { trx } = changing;
      const moves = await trx.selectFrom('alias_moves').selectAll().where('alias', '=', oneOf('alias', alias, aliases)).orderBy('seq').execute();
      const visible = new Set((await trx.selectFrom('runs').select('id').where('state', '=', 'published').where('removed_at', 'is', null).execute()).map(({ id }) => id));
      const run = before(moves).findLast((past) => visible.has(past));
      if (run === undefined) throw new ShoalError('store/conflict', { problem: `There is no earlier ${alias} to go back to.` });
      return point(changing, { alias, run, previous: await runOf(trx, alias), kind: 'rollback' });
    }),
    async history(alias) {
      let query = db.selectFrom('alias_moves').selectAll().orderBy('seq', 'desc');
      if (alias !== undefined) query = query.where('alias', '=', oneOf('alias', alias, aliases));
      return (await query.execute()).map(moveFrom);
    },
  };
}

/** The alias that points at a run, if any does. */
export async function pointedAt(db: Kysely<Tables>, run: string): Promise<Alias | undefined> {
  for (const alias of aliases) if ((await runOf(db, alias)) === run) return alias;
  return undefined;
}

async function runOf(db: Kysely<Tables>, alias: Alias): Promise<string | undefined> {
  const last = await db.selectFrom('alias_moves').select('run').where('alias', '=', alias).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return last?.run ?? undefined;
}

/** The runs it pointed at before the one it points at now, oldest first: a move goes on from there, a rollback takes back what came after. */
function before(moves: readonly Row[]): string[] {
  const path: (string | null)[] = [];
  for (const { kind, run } of moves) {
    if (kind === 'rollback') path.length = path.lastIndexOf(run, path.length - 2) + 1;
    else path.push(run);
  }
  return path.slice(0, -1).filter((run) => run !== null && run !== path.at(-1)) as string[];
}

async function pointable(db: Kysely<Tables>, id: string): Promise<void> {
  const { state, removed_at } = await runNamed(db, id);
  const word = removed_at !== null ? 'removed' : state;
  if (word !== 'published') throw new ShoalError('store/conflict', { problem: `The run '${id}' is ${word}; an alias can only point at a published one.` });
}

async function point({ trx, at, actor, reason, audit }: Change, { alias, run, previous, kind }: Pick<AliasMove, 'alias' | 'run' | 'previous' | 'kind'>): Promise<AliasMove> {
  const newest = await trx.selectFrom('alias_moves').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  const row = { seq: (newest?.seq ?? 0) + 1, alias, run: run ?? null, previous: previous ?? null, kind, at, actor, reason };
  await trx.insertInto('alias_moves').values(row).execute();
  await audit(`alias.${kind}`, { kind: 'alias', id: alias }, { before: { run: row.previous }, after: { run: row.run } });
  return moveFrom(row);
}

function moveFrom(row: Row): AliasMove {
  return {
    seq: row.seq, alias: row.alias as Alias, ...(row.run !== null && { run: row.run }), ...(row.previous !== null && { previous: row.previous }), kind: row.kind as AliasMove['kind'],
    at: row.at, actor: row.actor, ...(row.reason !== null && { reason: row.reason }),
  };
}
