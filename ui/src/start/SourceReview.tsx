import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import type { Report } from '../../../src/domain/report.js';
import type { SourceColumn, SourceKind } from '../../../src/domain/source.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { prose, sentence } from '../kit/prose.js';
import type { Corrections } from './corrections.js';
import { CHOOSABLE, type ChoosableRole, KINDS, ROLES } from '../data/roles.js';
import css from './start.module.css';

interface SourceReviewProps {
  readonly source: Report['sources'][number];
  readonly said: Corrections;
  onKind(kind: SourceKind): void;
  /** The role that was found takes a correction back. */
  onRole(column: SourceColumn, role: SourceColumn['role']): void;
}

const FEW = 8;

/** One file: what it is, and what each of its columns is; each of them a choice. */
export function SourceReview({ source, said, onKind, onRole }: SourceReviewProps) {
  const f = useFormats();
  const [all, setAll] = useState(false);
  const kind = said.kinds[source.name] ?? source.kind;
  const columns = [...source.columns].sort((a, b) => Number(isQuiet(a)) - Number(isQuiet(b)));
  const shown = all || columns.length <= FEW + 2 ? columns : columns.slice(0, FEW);
  return (
    <article className={css.source} aria-label={`File ${source.name}`}>
      <header className={css.sourceHead}>
        <h2>{source.name}</h2>
        <p className={css.soft}>
          {f.count(source.audit.rowsIn)} rows{source.audit.rowsRejected > 0 ? `, ${f.count(source.audit.rowsRejected)} of them left out` : ''} · {source.format}
        </p>
        <Choice
          label={`What ${source.name} is`}
          value={KINDS[kind].title}
          changed={kind !== source.kind}
          options={(Object.keys(KINDS) as SourceKind[]).map((k) => ({ key: k, ...KINDS[k], chosen: k === kind, inferred: k === source.kind, pick: () => onKind(k) }))}
        />
      </header>
      {source.audit.rejected.length > 0 ? (
        <ul className={css.left}>
          {source.audit.rejected.map((entry) => (
            <li key={entry.reason}>
              {f.count(entry.rows)} rows left out: {prose(entry.reason)}
            </li>
          ))}
        </ul>
      ) : null}
      <ul className={css.columns} aria-label={`Columns of ${source.name}`}>
        {shown.map((column) => (
          <ColumnChoice key={column.name} column={column} said={said.roles.find((r) => r.source === source.name && r.column === column.name)?.role} source={source.name} onRole={onRole} />
        ))}
      </ul>
      {shown.length < columns.length ? (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(true)} className={css.more}>
          Show all {f.count(columns.length)} columns
        </Button>
      ) : null}
    </article>
  );
}

/** Columns that take no part come last. */
const isQuiet = (column: SourceColumn): boolean => column.role === 'ignore';

interface ColumnChoiceProps {
  readonly source: string;
  readonly column: SourceColumn;
  readonly said?: ChoosableRole;
  onRole: SourceReviewProps['onRole'];
}

function ColumnChoice({ source, column, said, onRole }: ColumnChoiceProps) {
  const role = said ?? column.role;
  const choices = [...new Set([column.role, ...CHOOSABLE])];
  return (
    <li className={css.columnRow} data-quiet={role === 'ignore'}>
      <strong>{column.name}</strong>
      <Choice
        label={`What ${column.name} of ${source} is`}
        value={ROLES[role].title}
        changed={said !== undefined}
        options={choices.map((r) => ({ key: r, ...ROLES[r], chosen: r === role, inferred: r === column.role, pick: () => onRole(column, r) }))}
      />
      <span className={css.reason}>{said ? `You say: ${ROLES[said].words}.` : `${sentence(column.reason)}.`}</span>
      <span className={css.examples}>{column.examples.join(', ')}</span>
    </li>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly changed: boolean;
  readonly options: readonly { readonly key: string; readonly title: string; readonly words: string; readonly chosen: boolean; readonly inferred: boolean; pick(): void }[];
}

/** A word that can be clicked to become another. */
function Choice({ label, value, changed, options }: ChoiceProps) {
  return (
    <Menu position="bottom-start" width={300} withinPortal shadow="md" classNames={{ dropdown: css.choices }}>
      <Menu.Target>
        <button type="button" className={css.choice} data-changed={changed} aria-label={`${label}: ${value}. Change it`}>
          {value}
          <Icon name="down" size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {options.map((option) => (
          <Menu.Item key={option.key} onClick={option.pick} aria-current={option.chosen || undefined} rightSection={option.chosen ? <Icon name="check" size={15} /> : null}>
            <span className={css.option}>
              <strong>
                {option.title}
                {option.inferred ? <em> (as found)</em> : null}
              </strong>
              <span>{option.words}</span>
            </span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
