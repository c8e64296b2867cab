import { SegmentedControl } from '@mantine/core';
import { useEffect, useId, useRef, useState } from 'react';
import type { Rule } from '../../../src/domain/rule.js';
import type { RulePreview } from '../../../src/server/contract/segments.js';
import { CopyButton } from '../kit/CopyButton.js';
import { Scroller } from '../kit/Section.js';
import { Skeleton } from '../kit/states.js';
import { type Fault, lineOf, readRule } from './check.js';
import css from './rules.module.css';

interface RuleTabsProps {
  readonly rule: Rule;
  readonly preview?: Said;
  /** Live rules have no SQL that one would run. */
  readonly sql?: boolean;
  /** It cannot be counted as it is, so it has neither words nor SQL. */
  readonly failed: boolean;
  onRule(rule: Rule): void;
}

/** A rule as the server says it. */
type Said = Pick<RulePreview, 'words' | 'outline'> & { readonly sql?: string };
type Tab = 'words' | 'json' | 'sql';

/** The same rule as words, as JSON and as SQL. */
export function RuleTabs({ rule, preview: counted, sql = true, failed, onRule }: RuleTabsProps) {
  const preview = failed ? undefined : counted;
  const [tab, setTab] = useState<Tab>('words');
  const json = JSON.stringify(rule, undefined, 2);
  const text = { words: preview ? textOf(preview) : '', json, sql: preview?.sql ?? '' }[tab];
  return (
    <section className={css.panel} aria-label="The rule in other forms">
      <div className={css.panelHead}>
        <SegmentedControl aria-label="Form of the rule" size="sm" value={tab} onChange={(value) => setTab(value as Tab)} data={[{ value: 'words', label: 'Words' }, { value: 'json', label: 'JSON' }, ...(sql ? [{ value: 'sql', label: 'SQL' }] : [])]} />
        <CopyButton text={text} label={{ words: 'Copy words', json: 'Copy JSON', sql: 'Copy SQL' }[tab]} />
      </div>
      {failed && tab !== 'json' ? <p className={css.hint}>There are no words{sql ? ' and no SQL' : ''} until the rule can be {sql ? 'counted' : 'read'}.</p> : null}
      {tab === 'words' && !failed ? <WordsOf preview={preview} /> : null}
      {tab === 'json' ? <JsonEditor json={json} onRule={onRule} /> : null}
      {tab === 'sql' && !failed ? (
        preview ? (
          <Scroller label="The rule as SQL">
            <pre className={css.code}>{preview.sql}</pre>
          </Scroller>
        ) : (
          <Skeleton lines={5} />
        )
      ) : null}
    </section>
  );
}

const textOf = ({ words, outline }: Said): string => outline.length === 0 ? words : outline.map(({ depth, text }) => `${'  '.repeat(depth)}${text}`).join('\n');

function WordsOf({ preview }: { readonly preview?: Said }) {
  if (!preview) return <Skeleton lines={3} />;
  return (
    <div className={css.words}>
      <p className={css.whole}>{preview.words}</p>
      {preview.outline.length > 2 ? (
        <ul className={css.outline}>
          {preview.outline.map(({ depth, text }, i) => (
            <li key={i} style={{ marginInlineStart: `${depth * 20}px` }}>
              {text}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

/** The rule as JSON that can be edited: what is wrong is said, and where; what is right becomes the rule. */
function JsonEditor({ json, onRule }: { readonly json: string; onRule(rule: Rule): void }) {
  const [text, setText] = useState(json);
  const [of, setOf] = useState(json);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  if (of !== json) {
    setOf(json);
    if (!same(text, json)) setText(json);
    setFaults([]);
  }
  useEffect(() => {
    if (same(text, of)) {
      setFaults([]);
      return;
    }
    let current = true;
    const timer = setTimeout(async () => {
      const read = await readRule(text);
      if (!current) return;
      setFaults('faults' in read ? read.faults : []);
      if ('rule' in read) onRule(read.rule);
    }, 250);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, of, onRule]);
  const lines = text.split('\n');
  const wrong = new Set(faults.map((fault) => lineOf(text, fault.at).line));
  const goTo = (at: number) => {
    area.current?.focus();
    area.current?.setSelectionRange(at, Math.max(at + 1, endOf(text, at)));
  };
  return (
    <div className={css.editor}>
      <div className={css.editorFrame}>
        <ol className={css.gutter} aria-hidden="true">
          {lines.map((_, i) => (
            <li key={i} data-wrong={wrong.has(i + 1)}>
              {i + 1}
            </li>
          ))}
        </ol>
        <textarea
          ref={area}
          className={css.json}
          rows={Math.max(6, lines.length)}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          aria-label="The rule as JSON"
          aria-invalid={faults.length > 0}
          aria-describedby={faults.length > 0 ? id : undefined}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      {faults.length > 0 ? (
        <ul id={id} className={css.faults} role="alert">
          {faults.map((fault, i) => {
            const { line, column } = lineOf(text, fault.at);
            return (
              <li key={i}>
                <button type="button" className={css.textButton} onClick={() => goTo(fault.at)}>
                  Line {line}, column {column}
                </button>
                <span>{fault.message}</span>
              </li>
            );
          })}
        </ul>
      ) : null}
    </div>
  );
}

/** Whether two texts say the same JSON. */
function same(a: string, b: string): boolean {
  if (a === b) return true;
  try {
    return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
  } catch {
    return false;
  }
}

/** Where the word or value at a place ends. */
const endOf = (text: string, at: number): number => at + (/^("(?:[^"\\\n]|\\.)*"|[\w.+-]+|.)/.exec(text.slice(at))?.[0].length ?? 1);
