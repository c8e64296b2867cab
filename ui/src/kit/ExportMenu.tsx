import { ActionIcon, Menu } from '@mantine/core';
import { type RefObject, useState } from 'react';
import type { ExportFormat } from '../../../src/domain/answer.js';
import { copyImage, fileName, saveImage } from './chart-image.js';
import { Icon } from './Icon.js';
import css from './kit.module.css';
import { type ExportTable, useTableFiles } from './table-files.js';

/** A list as a file: where it is fetched, or what fetches it. */
export type ExportFile = { readonly format: ExportFormat } & ({ readonly href: string } | { take(): Promise<void> });

/** A chart as an image: the element that shows it, its title, and the line that says what it is of. */
export interface ExportChart {
  readonly element: RefObject<HTMLElement | null>;
  readonly title: string;
  readonly source?: string;
}

interface ExportMenuProps {
  /** What is taken away: 'Members of Loyal regulars'. Of a table, the name of its file too. */
  readonly title: string;
  readonly files?: readonly ExportFile[];
  readonly table?: ExportTable;
  readonly chart?: ExportChart;
}

const NAMES = { csv: 'CSV, for spreadsheets', json: 'JSON', ndjson: 'JSON, one per line', parquet: 'Parquet, for databases' } as const;
const NOT_COPIED = 'This browser did not let the image onto the clipboard. Save it as PNG instead.';
/** In which every list can be had. */
export const FORMATS = ['csv', 'json', 'parquet'] as const;

/** A small menu that any chart or table can carry: the list as a file, the chart as an image. Nothing where there is nothing to take. */
export function ExportMenu({ title, files = [], table, chart }: ExportMenuProps) {
  const [problem, setProblem] = useState<string>();
  const writeTable = useTableFiles();
  const act = (what: () => Promise<void>, sorry?: string) => {
    setProblem(undefined);
    what().catch((error: Error) => setProblem(sorry ?? error.message));
  };
  const draw = (what: (chart: ExportChart & { readonly root: HTMLElement }) => Promise<void>, sorry = 'This browser could not make the image.') => {
    const root = chart?.element.current;
    if (chart && root) act(() => what({ ...chart, root }), sorry);
  };
  const listed: readonly ExportFile[] = table && writeTable ? [...files, ...FORMATS.map((format) => ({ format, take: () => writeTable(fileName(title), table, format) }))] : files;
  if (!chart && listed.length === 0) return null;
  return (
    <span className={css.export} data-export="skip">
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={34} aria-label={`Export: ${title}`} title="Export">
            <Icon name="download" size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {listed.map((file) =>
            'href' in file ? (
              <Menu.Item key={file.format} component="a" href={file.href} download>
                {NAMES[file.format]}
              </Menu.Item>
            ) : (
              <Menu.Item key={file.format} onClick={() => act(() => file.take())}>
                {NAMES[file.format]}
              </Menu.Item>
            ),
          )}
          {chart ? <Menu.Item onClick={() => draw(({ root, title: heading, source }) => saveImage(root, 'png', { title: heading, source }))}>Image (PNG)</Menu.Item> : null}
          {chart ? <Menu.Item onClick={() => draw(({ root, title: heading, source }) => saveImage(root, 'svg', { title: heading, source }))}>Drawing (SVG)</Menu.Item> : null}
          {chart && 'ClipboardItem' in window && window.isSecureContext ? <Menu.Item onClick={() => draw(({ root, title: heading, source }) => copyImage(root, { title: heading, source }), NOT_COPIED)}>Copy as image</Menu.Item> : null}
        </Menu.Dropdown>
      </Menu>
      {problem ? <span role="alert">{problem}</span> : null}
    </span>
  );
}
