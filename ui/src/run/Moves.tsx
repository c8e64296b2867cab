import type { AnswerOf } from '../../../src/server/contract/contract.js';
import type { RunRow } from '../../../src/server/contract/runs.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import css from './runs.module.css';

/** Which run was in use when, and why it was changed. */
export function Moves({ aliases, runs }: { readonly aliases: AnswerOf<'GET /v1/aliases'>; readonly runs: readonly RunRow[] }) {
  const f = useFormats();
  const moves = aliases.history.filter((move) => move.alias === 'champion');
  const nameOf = (id: string | undefined) => (id === undefined ? 'none' : `“${runs.find((run) => run.id === id)?.title ?? id}”`);
  if (moves.length === 0) return null;
  return (
    <section aria-labelledby="moves">
      <div className={css.titled}>
        <h2 id="moves" className={css.caption}>
          What was in use
        </h2>
        <ExportMenu title="What was in use" table={{ columns: ['at', 'who', 'how', 'run', 'instead_of', 'why'], rows: () => moves.map((move) => [new Date(move.at).toISOString(), move.actor, move.kind, move.run, move.previous, move.reason]) }} />
      </div>
      <ol className={css.moves}>
        {moves.map((move) => (
          <li key={move.seq}>
            <time dateTime={new Date(move.at).toISOString()}>{f.moment(move.at)}</time>
            <span>
              {move.actor} {move.kind === 'rollback' ? 'went back to' : 'put in use'} {nameOf(move.run)}
              {move.previous === undefined ? '' : ` instead of ${nameOf(move.previous)}`}
              {move.reason ? `: “${move.reason}”` : ''}.
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
