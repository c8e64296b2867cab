import { createContext, useContext } from 'react';
import type { ExportFormat } from '../../../src/domain/answer.js';

export type Cell = string | number | boolean | null | undefined;

/** What a chart or list shows, as rows that can be taken away. */
export interface ExportTable {
  readonly columns: readonly string[];
  /** In the order of the columns; numbers as they are, not as they are read. Made when they are asked for. */
  rows(): readonly (readonly Cell[])[] | Promise<readonly (readonly Cell[])[]>;
}

/** Writes a table as a file of that name and saves it. @throws where it could not be written, in a sentence */
export type WriteTable = (name: string, table: ExportTable, format: ExportFormat) => Promise<void>;

const TableContext = createContext<WriteTable | undefined>(undefined);
export const TableFiles = TableContext.Provider;

/** How tables become files; undefined in the report, which has no server to write them. */
export const useTableFiles = (): WriteTable | undefined => useContext(TableContext);
