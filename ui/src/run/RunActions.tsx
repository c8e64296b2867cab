import { ActionIcon, Button, Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { BodyOf } from '../../../src/server/contract/contract.js';
import { AskDialog } from '../kit/AskDialog.js';
import { Icon } from '../kit/Icon.js';
import { useToast } from '../kit/Toasts.js';
import { useTell } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { type PublishedRun, usePaths } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import { ChangePreview } from './ChangePreview.js';
import { againOf } from './run-input.js';
import css from './runs.module.css';
import { RunFilesDialog } from './RunFilesDialog.js';

interface RunActionsProps {
  readonly run: PublishedRun;
  readonly champion?: PublishedRun;
}

/** What can be done with a run: use it, compare, rename, download, run again, remove. */
export function RunActions({ run, champion }: RunActionsProps) {
  const [asking, setAsking] = useState<'use' | 'rename' | 'files'>();
  const { workspace } = useWire();
  const to = usePaths();
  const toast = useToast();
  const navigate = useNavigate();
  const analyst = useMay('analyst');
  const operator = useMay('operator');
  const promote = useTell('PUT /v1/aliases/:alias');
  const rename = useTell('PATCH /v1/runs/:run');
  const remove = useTell('DELETE /v1/runs/:run');
  const restore = useTell('POST /v1/runs/:run/restore');
  const discover = useTell('POST /v1/discover');

  const inUse = run.id === champion?.id;
  const params = { run: run.id };
  const close = () => setAsking(undefined);
  const sorry = (error: Error) => toast({ text: error.message, tone: 'problem' });
  const again = againOf(run);
  const runAgain = () =>
    again &&
    discover.mutate(
      { body: { ...again, options: again.options as BodyOf<'POST /v1/discover'>['options'] } },
      { onError: sorry, onSuccess: (job) => void navigate({ to: '/w/$workspace/start', params: { workspace }, search: { job: job.id } }) },
    );
  const onRemove = () => remove.mutate({ params }, { onError: sorry, onSuccess: () => toast({ text: `Removed “${run.title}”.`, undo: () => restore.mutateAsync({ params }) }) });

  return (
    <div className={css.buttons}>
      {operator && !inUse ? (
        <Button variant="default" size="compact-md" onClick={() => setAsking('use')}>
          Use it
        </Button>
      ) : null}
      <Menu position="bottom-end" width={240} withinPortal shadow="md">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={36} aria-label={`More about ${run.title}`}>
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={to('', { run: inUse ? undefined : run.id })} leftSection={<Icon name="home" size={16} />}>
            Open
          </Menu.Item>
          {champion && !inUse ? (
            <Menu.Item component="a" href={to(`runs/${encodeURIComponent(champion.id)}/versus/${encodeURIComponent(run.id)}`)} leftSection={<Icon name="compare" size={16} />}>
              Compare with the one in use
            </Menu.Item>
          ) : null}
          {analyst ? (
            <>
              <Menu.Item onClick={() => setAsking('files')} leftSection={<Icon name="download" size={16} />}>
                Download its files
              </Menu.Item>
              <Menu.Item onClick={() => setAsking('rename')} leftSection={<Icon name="tag" size={16} />}>
                Rename
              </Menu.Item>
              {again ? (
                <Menu.Item onClick={runAgain} leftSection={<Icon name="history" size={16} />}>
                  Run again
                </Menu.Item>
              ) : null}
            </>
          ) : null}
          {operator ? (
            <Menu.Item onClick={onRemove} disabled={inUse} leftSection={<Icon name="trash" size={16} />}>
              {inUse ? 'Remove (not while it is in use)' : 'Remove'}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
      <AskDialog
        title="Use this run?"
        open={asking === 'use'}
        onClose={close}
        field={{ label: 'Why', description: 'Kept in the audit log; may be empty', placeholder: 'Fresh data of November' }}
        act="Use this run"
        onAct={async (why) => {
          await promote.mutateAsync({ params: { alias: 'champion' }, body: { run: run.id, why: why || undefined } });
          toast({ text: `“${run.title}” is in use now.`, ...(champion && { undo: () => promote.mutateAsync({ params: { alias: 'champion' }, body: { run: champion.id, why: 'undone' } }) }) });
        }}
      >
        {champion ? <ChangePreview from={champion} to={run} /> : <p>Segments, lists and exports will follow this run.</p>}
      </AskDialog>
      <AskDialog
        title="Rename this run"
        open={asking === 'rename'}
        onClose={close}
        field={{ label: 'Name', initial: run.title, required: true, most: 120 }}
        act="Rename"
        onAct={async (title) => {
          await rename.mutateAsync({ params, body: { title } });
          toast({ text: `Now called “${title}”.`, undo: () => rename.mutateAsync({ params, body: { title: run.title } }) });
        }}
      />
      <RunFilesDialog run={run} open={asking === 'files'} onClose={close} />
    </div>
  );
}
