import { ActionIcon, Menu } from '@mantine/core';
import { type RefObject, useState } from 'react';
import { copyImage, saveImage } from './chart-image.js';
import { Icon } from './Icon.js';
import css from './kit.module.css';

/** A list as a file: where it is fetched. */
export interface ExportFile {
  readonly format: 'csv' | 'json' | 'ndjson' | 'parquet';
  readonly href: string;
}

/** A chart as an image: the element that shows it, its title, and the line that says what it is of. */
export interface ExportChart {
  readonly element: RefObject<HTMLElement | null>;
  readonly title: string;
  readonly source?: string;
}

interface ExportMenuProps {
  readonly label: string;
  readonly files?: readonly ExportFile[];
  readonly chart?: ExportChart;
}

const NAMES = { csv: 'CSV, for spreadsheets', json: 'JSON', ndjson: 'JSON, one per line', parquet: 'Parquet, for databases' } as const;

/** A small menu that any chart or table can carry: the list as a file, the chart as an image. */
export function ExportMenu({ label, files = [], chart }: ExportMenuProps) {
  const [problem, setProblem] = useState(false);
  const act = (what: (chart: ExportChart & { readonly root: HTMLElement }) => Promise<void>) => {
    const root = chart?.element.current;
    if (chart && root) what({ ...chart, root }).then(() => setProblem(false), () => setProblem(true));
  };
  return (
    <span className={css.export} data-export="skip">
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={34} aria-label={label} title="Export">
            <Icon name="download" size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {files.map(({ format, href }) => (
            <Menu.Item key={format} component="a" href={href} download>
              {NAMES[format]}
            </Menu.Item>
          ))}
          {chart ? <Menu.Item onClick={() => act(({ root, title, source }) => saveImage(root, 'png', { title, source }))}>Image (PNG)</Menu.Item> : null}
          {chart ? <Menu.Item onClick={() => act(({ root, title, source }) => saveImage(root, 'svg', { title, source }))}>Drawing (SVG)</Menu.Item> : null}
          {chart && 'ClipboardItem' in window && window.isSecureContext ? <Menu.Item onClick={() => act(({ root, title, source }) => copyImage(root, { title, source }))}>Copy as image</Menu.Item> : null}
        </Menu.Dropdown>
      </Menu>
      {problem ? <span role="alert">This browser could not make the image.</span> : null}
    </span>
  );
}
