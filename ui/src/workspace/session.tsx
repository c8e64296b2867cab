import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useState } from 'react';
import type { AnswerOf } from '../../../src/server/contract/contract.js';
import type { Role } from '../../../src/domain/role.js';
import { createClient } from '../../../src/server/client.js';
import { ProblemNote } from '../kit/states.js';
import { ProblemError } from '../wire/client.js';
import { Login } from './Login.js';
import css from './shell.module.css';
import { tokenIn } from './token.js';

export type Session = AnswerOf<'GET /v1/session'>;

const plain = createClient();
const SESSION = ['session'];

const SessionContext = createContext<Session | undefined>(undefined);

/** Who is here, and which workspaces there are. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('bug: asked outside of a session');
  return session;
}

const ORDER: readonly Role[] = ['viewer', 'analyst', 'operator', 'admin'];

/** Whether whoever is here may do what takes this role. */
export function useMay(role: Role): boolean {
  const { actor } = useSession();
  return actor.role !== undefined && ORDER.indexOf(actor.role) >= ORDER.indexOf(role);
}

/** Ends the session and shows the door again. */
export function useLeave(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await plain.ask('DELETE /v1/session');
    queries.clear();
    window.location.assign('/');
  };
}

/** Opens the session: by the token in the address, which is then wiped from it, by the cookie, or by the door. */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const [door, setDoor] = useState<string>();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: SESSION, queryFn: () => enter(setDoor), retry: 1, staleTime: 5 * 60_000 });
  const open = async (token: string) => {
    queries.setQueryData(SESSION, await plain.ask('POST /v1/session', { body: { token } }));
    setDoor(undefined);
  };
  if (data) return <SessionContext value={data}>{children}</SessionContext>;
  if (data === null) return <Login open={open} problem={door} />;
  if (error)
    return (
      <main className={css.alone}>
        <ProblemNote title="Shoal cannot be reached." error={error instanceof ProblemError ? error : 'The server gives no answer. Is “shoal serve” still running?'} onRetry={() => void refetch()} />
      </main>
    );
  return <div className={css.alone} role="status" aria-label="Opening Shoal" />;
}

/** The session; null where a token is wanted. */
async function enter(say: (problem: string) => void): Promise<Session | null> {
  const token = tokenIn(window.location.hash);
  if (token) window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
  try {
    return token ? await plain.ask('POST /v1/session', { body: { token } }) : await plain.ask('GET /v1/session');
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.status >= 500) throw error;
    if (token) say(error.message);
    return null;
  }
}
