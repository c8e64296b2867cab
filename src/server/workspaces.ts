import type { Files } from './files.js';

/** What the address of a request is about: a company's, a client's or a project's data, apart from all others. */
export interface Workspace {
  /** Lower-case letters, digits and hyphens; the name of its folder. */
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly created: number;
}

/** An open workspace. */
export interface OpenWorkspace {
  readonly workspace: Workspace;
  readonly folder: string;
  readonly files: Files;
  /** Absolute path of the folder of a run, which need not exist. @throws `runs/unknown` for what cannot be an id */
  runFolder(run: string): string;
}

/** The workspaces of a server. */
export interface Workspaces {
  list(): Promise<readonly Workspace[]>;
  /** The id is made of the name where none is given. @throws `workspaces/exists`, `workspaces/bad-id` */
  create(given: { readonly name: string; readonly id?: string }, by: string): Promise<Workspace>;
  /** Opens what is asked for the first time, and keeps it open. @throws `workspaces/unknown` */
  open(id: string): Promise<OpenWorkspace>;
  /** Takes a workspace away, files and all; `restore` brings it back. @throws `workspaces/unknown` */
  remove(id: string, by: string): Promise<void>;
  /** @throws `workspaces/unknown`, `workspaces/exists` */
  restore(id: string, by: string): Promise<Workspace>;
  close(): Promise<void>;
}
