import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { BodyOf } from '../../../src/server/contract/contract.js';
import type { Role } from '../../../src/domain/role.js';
import { CopyButton } from '../kit/CopyButton.js';
import { Dialog, DialogActions } from '../kit/Dialog.js';
import { ProblemNote } from '../kit/states.js';
import { Token } from '../kit/Token.js';
import { useTell } from '../wire/ask.js';
import { useSession } from '../workspace/session.js';
import { ROLE_WORDS, SINGLE_RIGHTS } from './key-words.js';
import css from './settings.module.css';

/** Makes a key, and shows it once. */
export function NewKeyDialog({ open, onClose }: { readonly open: boolean; onClose(): void }) {
  return (
    <Dialog title="New key" open={open} onClose={onClose} wide>
      <NewKey onClose={onClose} />
    </Dialog>
  );
}

const ENDS: readonly (readonly [days: string, label: string])[] = [['', 'Never'], ['7', 'In a week'], ['30', 'In 30 days'], ['90', 'In 90 days'], ['365', 'In a year']];
const ROLES = Object.keys(ROLE_WORDS) as Role[];

function NewKey({ onClose }: { onClose(): void }) {
  const { workspaces } = useSession();
  const create = useTell('POST /v1/keys');
  const [name, setName] = useState('');
  const [right, setRight] = useState<string>('analyst');
  const [workspace, setWorkspace] = useState('');
  const [days, setDays] = useState('90');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const single = SINGLE_RIGHTS[Number(right.replace('only-', ''))];
    const rights: Partial<BodyOf<'POST /v1/keys'>> = right.startsWith('only-') ? { only: [...single.routes] } : { role: right as Role };
    create.mutate({ body: { name: name.trim(), ...rights, ...(workspace && { workspace }), ...(days && { expiresInDays: Number(days) }) } });
  };

  if (create.data)
    return (
      <div className={css.part}>
        <p>This is the key of “{create.data.key.name}”. It is shown only now: keep it somewhere safe before you close this.</p>
        <Token text={create.data.token} />
        <DialogActions>
          <CopyButton text={create.data.token} label="Copy the key" />
          <Button onClick={onClose}>Done</Button>
        </DialogActions>
      </div>
    );
  return (
    <form className={css.part} onSubmit={submit}>
      <TextInput label="Name" description="Whom or what it is for" placeholder="Website" value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={120} required withAsterisk={false} autoFocus />
      <fieldset className={css.rights}>
        <legend>What it may do</legend>
        <div>
          <p className={css.soft}>For a person:</p>
          {ROLES.map((role) => (
            <Right key={role} value={role} chosen={right} onChoose={setRight} title={ROLE_WORDS[role].title} words={ROLE_WORDS[role].words} />
          ))}
        </div>
        <div>
          <p className={css.soft}>For a program, only one thing:</p>
          {SINGLE_RIGHTS.map((single, i) => (
            <Right key={single.words} value={`only-${i}`} chosen={right} onChoose={setRight} title={single.words} />
          ))}
        </div>
      </fieldset>
      <div className={css.fields}>
        <NativeSelect label="Where" value={workspace} onChange={(event) => setWorkspace(event.currentTarget.value)} data={[{ value: '', label: 'In all workspaces' }, ...workspaces.map((w) => ({ value: w.id, label: `Only in ${w.name}` }))]} />
        <NativeSelect label="Ends" value={days} onChange={(event) => setDays(event.currentTarget.value)} data={ENDS.map(([value, label]) => ({ value, label }))} />
      </div>
      {create.error ? <ProblemNote error={create.error} /> : null}
      <DialogActions>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={create.isPending} disabled={!name.trim()}>
          Make the key
        </Button>
      </DialogActions>
    </form>
  );
}

interface RightProps {
  readonly value: string;
  readonly chosen: string;
  onChoose(value: string): void;
  readonly title: string;
  readonly words?: string;
}

function Right({ value, chosen, onChoose, title, words }: RightProps) {
  return (
    <label className={css.rightChoice}>
      <input type="radio" name="right" value={value} checked={chosen === value} onChange={() => onChoose(value)} />
      <span>
        <strong>{title}</strong>
        {words ? <span className={css.soft}>{words}</span> : null}
      </span>
    </label>
  );
}
