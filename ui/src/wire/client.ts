import { createContext, useContext } from 'react';
import { createClient, type Client } from '../../../src/server/client.js';

export { ProblemError } from '../../../src/server/client.js';

/** Whom a page asks: a client bound to one workspace. */
export interface Wire {
  readonly workspace: string;
  readonly client: Client;
}

export const wireTo = (workspace: string): Wire => ({ workspace, client: createClient({ workspace }) });

const WireContext = createContext<Wire | undefined>(undefined);
export const WireProvider = WireContext.Provider;

/** The client of the workspace in view, and its id. */
export function useWire(): Wire {
  const wire = useContext(WireContext);
  if (!wire) throw new Error('bug: asked outside of a workspace');
  return wire;
}
