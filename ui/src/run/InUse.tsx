import { Button } from '@mantine/core';
import { useState } from 'react';
import type { AnswerOf } from '../../../src/server/contract/contract.js';
import { AskDialog } from '../kit/AskDialog.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { prose } from '../kit/prose.js';
import { useToast } from '../kit/Toasts.js';
import { useTell } from '../wire/ask.js';
import { type PublishedRun, usePaths } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import { ChangePreview } from './ChangePreview.js';
import css from './runs.module.css';

interface InUseProps {
  readonly runs: readonly PublishedRun[];
  readonly aliases: AnswerOf<'GET /v1/aliases'>;
}

/** The run that everything follows, since when and why, and the way back to the one before. */
export function InUse({ runs, aliases }: InUseProps) {
  const f = useFormats();
  const to = usePaths();
  const toast = useToast();
  const may = useMay('operator');
  const rollback = useTell('POST /v1/aliases/:alias/rollback');
  const promote = useTell('PUT /v1/aliases/:alias');
  const [asking, setAsking] = useState(false);
  const champion = runs.find((run) => run.id === aliases.champion);
  if (!champion) return null;
  const move = aliases.history.find((m) => m.alias === 'champion' && m.run === champion.id);
  const before = runs.find((run) => run.id === move?.previous);
  const params = { alias: 'champion' } as const;
  return (
    <section className={css.inUse} aria-label="In use">
      <div>
        <p className={css.badge}>
          <Icon name="check" size={16} />
          In use
        </p>
        <h2>
          <a href={to('')}>{champion.title}</a>
        </h2>
        <p>{prose(champion.summary.headline)}</p>
        {move ? (
          <p className={css.soft}>
            Since {f.moment(move.at)}, by {move.actor}
            {move.reason ? `: “${move.reason}”` : ''}.
          </p>
        ) : null}
      </div>
      {before && may ? (
        <Button variant="default" leftSection={<Icon name="undo" size={16} />} onClick={() => setAsking(true)}>
          Go back to the one before
        </Button>
      ) : null}
      {before ? (
        <AskDialog
          title="Go back to the run before?"
          open={asking}
          onClose={() => setAsking(false)}
          field={{ label: 'Why', description: 'Kept in the audit log; may be empty' }}
          act="Go back"
          onAct={async (why) => {
            await rollback.mutateAsync({ params, body: { why: why || undefined } });
            toast({ text: `“${before.title}” is in use again.`, undo: () => promote.mutateAsync({ params, body: { run: champion.id, why: 'undone' } }) });
          }}
        >
          <ChangePreview from={champion} to={before} />
        </AskDialog>
      ) : null}
    </section>
  );
}
