import { ActionIcon, Button, Menu } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Workspace } from '../../../src/domain/workspace.js';
import { AskDialog } from '../kit/AskDialog.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Removed } from '../kit/Removed.js';
import { Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useToast } from '../kit/Toasts.js';
import { useAsk, useTell } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { pathIn } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import css from './settings.module.css';

/** Companies, clients or projects, each with its own data: made, renamed, removed and brought back. */
export function Workspaces() {
  const admin = useMay('admin');
  const [making, setMaking] = useState(false);
  const workspaces = useAsk('GET /v1/workspaces');
  const create = useTell('POST /v1/workspaces');
  const reload = useSessionReload();
  const toast = useToast();
  return (
    <section className={css.part} aria-label="Workspaces">
      <div className={css.head}>
        <p>A workspace holds the data of one company, client or project, apart from all others.</p>
        {admin ? (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setMaking(true)}>
            New workspace
          </Button>
        ) : null}
      </div>
      {workspaces.error ? <ProblemNote error={workspaces.error} onRetry={() => void workspaces.refetch()} /> : null}
      {workspaces.isPending ? (
        <Loading what="the workspaces">
          <Skeleton lines={3} />
        </Loading>
      ) : null}
      <ul className={css.list}>
        {workspaces.data?.map((workspace) => (
          <WorkspaceRow key={workspace.id} workspace={workspace} only={workspaces.data.length === 1} />
        ))}
      </ul>
      {admin ? <RemovedWorkspaces /> : null}
      <AskDialog
        title="New workspace"
        open={making}
        onClose={() => setMaking(false)}
        field={{ label: 'Name', required: true, most: 120, placeholder: 'Harbour Pantry' }}
        act="Create"
        onAct={async (name) => {
          const made = await create.mutateAsync({ body: { name } });
          await reload();
          toast({ text: `“${made.name}” is ready.`, action: { label: 'Open it', run: () => window.location.assign(pathIn(made.id, '')) } });
        }}
      />
    </section>
  );
}

function WorkspaceRow({ workspace, only }: { readonly workspace: Workspace; readonly only: boolean }) {
  const f = useFormats();
  const toast = useToast();
  const admin = useMay('admin');
  const { workspace: here } = useWire();
  const [renaming, setRenaming] = useState(false);
  const rename = useTell('PATCH /v1/workspaces/:workspace');
  const remove = useTell('DELETE /v1/workspaces/:workspace');
  const restore = useTell('POST /v1/workspaces/:workspace/restore');
  const reload = useSessionReload();
  const params = { workspace: workspace.id };
  const isHere = workspace.id === here;
  const call = async (name: string) => {
    await rename.mutateAsync({ params, body: { name } });
    await reload();
  };
  const onRemove = () =>
    remove.mutate(
      { params },
      {
        onError: (error) => toast({ text: error.message, tone: 'problem' }),
        onSuccess: async () => {
          await reload();
          toast({ text: `Removed “${workspace.name}”. It can be brought back for seven days.`, undo: () => restore.mutateAsync({ params }).then(reload) });
        },
      },
    );
  return (
    <li>
      <span className={css.words}>
        <strong>{isHere ? workspace.name : <a href={pathIn(workspace.id, '')}>{workspace.name}</a>}</strong>
        <span className={css.soft}>
          {isHere ? 'You are here. ' : ''}Created {f.date(workspace.createdAt)}
        </span>
      </span>
      {admin ? (
        <Menu position="bottom-end" width={240} withinPortal shadow="md">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={36} aria-label={`More about ${workspace.name}`}>
              <Icon name="more" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<Icon name="tag" size={16} />} onClick={() => setRenaming(true)}>
              Rename
            </Menu.Item>
            <Menu.Item leftSection={<Icon name="trash" size={16} />} onClick={onRemove} disabled={isHere || only}>
              {isHere ? 'Remove (not while you are in it)' : 'Remove'}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) : null}
      <AskDialog
        title="Rename this workspace"
        open={renaming}
        onClose={() => setRenaming(false)}
        field={{ label: 'Name', initial: workspace.name, required: true, most: 120 }}
        act="Rename"
        onAct={async (name) => {
          await call(name);
          toast({ text: `Now called “${name}”.`, undo: () => call(workspace.name) });
        }}
      />
    </li>
  );
}

/** Workspaces that were removed and can still be brought back. */
function RemovedWorkspaces() {
  const reload = useSessionReload();
  const { data = [] } = useAsk('GET /v1/workspaces', { query: { removed: 'true' } });
  const { mutateAsync: restore } = useTell('POST /v1/workspaces/:workspace/restore');
  return <Removed called={['workspace', 'workspaces']} items={data} kept="seven days" onRestore={(workspace) => restore({ params: { workspace } }).then(reload)} />;
}

/** The session names the workspaces that the switch shows. */
function useSessionReload(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['session'] });
}
