import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Mark } from '../kit/Icon.js';
import { SchemeToggle } from '../kit/SchemeToggle.js';
import css from './shell.module.css';

interface LoginProps {
  /** Opens a session; rejects with the server's sentence. */
  open(token: string): Promise<void>;
  /** Why a token in the address was not taken. */
  readonly problem?: string;
}

/** The door: one field for the token that the server printed. */
export function Login({ open, problem }: LoginProps) {
  const [token, setToken] = useState('');
  const [error, setError] = useState(problem);
  const [busy, setBusy] = useState(false);
  const enter = async (event: FormEvent) => {
    event.preventDefault();
    if (!token.trim()) return setError('Paste the access token first.');
    setBusy(true);
    await open(token.trim()).catch((e: Error) => setError(e.message));
    setBusy(false);
  };
  return (
    <main className={css.alone}>
      <title>Sign in – Shoal</title>
      <form className={css.login} onSubmit={(event) => void enter(event)}>
        <div className={css.loginHead}>
          <Mark size={32} />
          <SchemeToggle />
        </div>
        <h1>Open your workspace</h1>
        <p>When Shoal starts, it prints an address with an access token in it. Open that address, or paste the token here.</p>
        <PasswordInput label="Access token" size="md" value={token} onChange={(event) => setToken(event.currentTarget.value)} error={error} aria-invalid={error ? true : undefined} autoComplete="off" spellCheck={false} autoFocus />
        <Button type="submit" size="md" loading={busy}>
          Open
        </Button>
        <p className={css.soft}>
          Lost it? Start Shoal again: it prints a new address each time. Or ask whoever runs it for a key of your own.
        </p>
      </form>
    </main>
  );
}
