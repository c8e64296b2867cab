import { Button } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Rule } from '../../../src/domain/rule.js';
import type { LiveSegmentRow } from '../../../src/server/contract/live.js';
import { Icon } from '../kit/Icon.js';
import { Loading, ProblemNote } from '../kit/states.js';
import { useToast } from '../kit/Toasts.js';
import { draftOf, leaves, ruleOf } from '../rules/draft.js';
import { VocabularyProvider } from '../rules/forms.js';
import { LeaveGuard } from '../rules/LeaveGuard.js';
import rules from '../rules/rules.module.css';
import { RuleTabs } from '../rules/RuleTabs.js';
import { SaveDialog } from '../rules/SaveDialog.js';
import type { RuleWords } from '../rules/speech.js';
import { Templates } from '../rules/Templates.js';
import { type Counted, Tree } from '../rules/Tree.js';
import { useAddress, useSharedRule } from '../rules/use-address.js';
import { useRule, useUndoKeys } from '../rules/use-rule.js';
import { useAsk, useTell } from '../wire/ask.js';
import { usePaths } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { useMay } from '../workspace/session.js';
import { TakesRole } from '../workspace/TakesRole.js';
import css from './live.module.css';
import { liveTemplatesOf } from './templates.js';

/** A live segment from conditions over what was seen: made, or changed. */
export function LiveRulePage() {
  const { segment } = useParams({ strict: false });
  const may = useMay('analyst');
  const to = usePaths();
  const vocabulary = useAsk('GET /v1/live/vocabulary', {}, { enabled: may });
  const row = useAsk('GET /v1/live/segments/:segment', { params: { segment: segment ?? '' } }, { enabled: may && segment !== undefined });
  const shared = useSharedRule();
  // What can be said must not change under whoever is saying something.
  const [words, setWords] = useState<RuleWords>();
  if (vocabulary.data && !words) setWords({ ...vocabulary.data, features: vocabulary.data.features.map((feature) => ({ ...feature, low: Number.NaN, median: Number.NaN, high: Number.NaN })), asOf: Date.now() });
  const title = segment === undefined ? 'New live segment' : 'Change the rule';
  const above = <a href={to('live/segments')}>Live segments</a>;
  const error = vocabulary.error ?? row.error;
  if (!may)
    return (
      <Page title={title} above={above}>
        <TakesRole role="analyst">Your key cannot make segments.</TakesRole>
      </Page>
    );
  if (error)
    return (
      <Page title={title} above={above}>
        <ProblemNote error={error} onRetry={() => void (vocabulary.error ? vocabulary.refetch() : row.refetch())} />
      </Page>
    );
  if (!words || !shared || (segment !== undefined && !row.data))
    return (
      <Page title={title} above={above}>
        <Loading what="what rules can speak of" />
      </Page>
    );
  return (
    <VocabularyProvider value={words}>
      <Editor key={segment ?? ''} words={words} row={row.data ?? undefined} begin={shared.rule} problem={shared.problem} />
    </VocabularyProvider>
  );
}

interface EditorProps {
  readonly words: RuleWords;
  /** The segment whose rule is changed; absent: a new one. */
  readonly row?: LiveSegmentRow;
  readonly begin?: Rule;
  readonly problem?: string;
}

const nothing: Rule = { all: [] };
const uncounted: ReadonlyMap<number, Counted> = new Map();

function Editor({ words, row, begin, problem }: EditorProps) {
  const to = usePaths();
  const toast = useToast();
  const navigate = useNavigate();
  const saved = (row?.record.rule?.rule as Rule | undefined) ?? row?.rule ?? nothing;
  const { draft, put, undo, redo, canUndo, canRedo, load } = useRule(begin ?? saved);
  const rule = useMemo(() => ruleOf(draft), [draft]);
  const said = JSON.stringify(rule);
  const dirty = said !== JSON.stringify(ruleOf(draftOf(saved)));
  const empty = leaves(draft.root).length === 0;
  const checked = useChecked(rule, said, !empty);
  const [suggested, setSuggested] = useState('');
  const [saving, setSaving] = useState(false);
  const create = useTell('POST /v1/live/segments');
  const change = useTell('PATCH /v1/live/segments/:segment');
  const templates = useMemo(() => liveTemplatesOf(words), [words]);
  useAddress(rule, dirty, load);
  useUndoKeys(undo, redo);
  const save = async (name: string, why?: string) => {
    const made = row
      ? await change.mutateAsync({ params: { segment: row.segment }, body: { rule, why, ...(name !== row.name && { name }) } })
      : await create.mutateAsync({ body: { name, rule, why } });
    setSaving(false);
    await navigate({ href: to(`live/segments/${encodeURIComponent(made.segment)}`), ignoreBlocker: true });
    toast({ text: row ? `“${made.name}” is being worked out anew; the version before serves until then.` : `“${made.name}” is being worked out from the whole history.` });
  };
  const take = useCallback((next: Rule) => put(draftOf(next), 'json'), [put]);
  return (
    <Page
      title={row ? row.name : 'New live segment'}
      lead={row ? 'Change the rule: its members are worked out anew from the whole history, and the version before serves until then.' : 'Say who is meant. The members are worked out from the whole history, and from then on with every event.'}
      above={row ? <a href={to(`live/segments/${encodeURIComponent(row.segment)}`)}>To the segment</a> : <a href={to('live/segments')}>Live segments</a>}
      actions={
        <>
          <Button.Group>
            <Button variant="default" disabled={!canUndo} onClick={undo} aria-label="Undo" title="Undo (Ctrl Z)" px={10}>
              <Icon name="undo" />
            </Button>
            <Button variant="default" disabled={!canRedo} onClick={redo} aria-label="Redo" title="Redo (Ctrl Shift Z)" px={10}>
              <span className={rules.redo}>
                <Icon name="undo" />
              </span>
            </Button>
          </Button.Group>
          <Button disabled={empty || !dirty || checked.error !== null} onClick={() => setSaving(true)}>
            {row ? 'Save changes' : 'Save as live segment'}
          </Button>
        </>
      }
    >
      {problem ? <ProblemNote title="Nothing was taken from the address." error={problem} /> : null}
      <div className={css.builder}>
        <Tree draft={draft} counts={uncounted} waiting={false} onPut={put} />
        {checked.error ? <ProblemNote title="This rule cannot be kept live." error={checked.error} onRetry={checked.retry} /> : null}
        {empty && !row ? (
          <Templates
            templates={templates}
            onPick={(next, title) => {
              setSuggested(title);
              put(draftOf(next));
            }}
          />
        ) : null}
        {empty ? null : <RuleTabs rule={rule} sql={false} preview={checked.words === undefined ? undefined : { words: checked.words, outline: [] }} failed={checked.error !== null} onRule={take} />}
      </div>
      <SaveDialog
        open={saving}
        as={row ? 'change' : 'new'}
        name={row?.name ?? suggested}
        busy={create.isPending || change.isPending}
        error={create.error ?? change.error}
        onSave={(name, why) => void save(name, why).catch(() => {})}
        onClose={() => setSaving(false)}
      />
      <LeaveGuard dirty={dirty && !empty} />
    </Page>
  );
}

interface Checked {
  /** The whole rule, of before while a newer one is asked about. */
  readonly words?: string;
  readonly error: Error | null;
  retry(): void;
}

/** The rule in the server's words, or why it cannot be live: a moment after the last change. */
function useChecked(rule: Rule, said: string, enabled: boolean): Checked {
  const [asked, setAsked] = useState({ rule, said });
  useEffect(() => {
    if (asked.said === said) return;
    const timer = setTimeout(() => setAsked({ rule, said }), 140);
    return () => clearTimeout(timer);
  }, [rule, said, asked.said]);
  const { data, error, refetch } = useAsk('POST /v1/live/check', { body: { rule: asked.rule } }, { keep: true, enabled });
  return { words: data?.words, error: enabled && asked.said === said ? error : null, retry: () => void refetch() };
}
