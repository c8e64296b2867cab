import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import type { Rule } from '../../../src/domain/rule.js';
import type { RuleVocabulary, SegmentDetail } from '../../../src/server/contract/segments.js';
import { CopyButton } from '../kit/CopyButton.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Loading, ProblemNote } from '../kit/states.js';
import { useToast } from '../kit/Toasts.js';
import { useAsk, useTell } from '../wire/ask.js';
import { usePaths } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { useMay } from '../workspace/session.js';
import { templatesOf } from './choices.js';
import { draftOf, leaves, ruleOf } from './draft.js';
import { VocabularyProvider } from './forms.js';
import { LeaveGuard } from './LeaveGuard.js';
import { Made } from './Made.js';
import { Members } from './Members.js';
import { Result } from './Result.js';
import css from './rules.module.css';
import { RuleTabs } from './RuleTabs.js';
import { SaveDialog } from './SaveDialog.js';
import { fragmentOf } from './share.js';
import { Templates } from './Templates.js';
import { Tree } from './Tree.js';
import { useAddress, useSharedRule } from './use-address.js';
import { useCounted } from './use-counted.js';
import { useRule, useUndoKeys } from './use-rule.js';
import { Versions } from './Versions.js';

/** A segment from conditions: made, counted while it is made, kept, changed and taken back. */
export function RulesPage() {
  const { segment } = useSearch({ strict: false });
  return <RunFrame>{() => <Begin key={segment ?? ''} id={segment} />}</RunFrame>;
}

const nothing: Rule = { all: [] };

/** Gathers what the editor begins with: the words of the run, the segment to change, the rule that the address holds. */
function Begin({ id }: { readonly id?: string }) {
  const vocabulary = useAsk('GET /v1/rules/vocabulary');
  const detail = useAsk('GET /v1/segments/:segment', { params: { segment: id ?? '' } }, { enabled: id !== undefined });
  const shared = useSharedRule();
  const error = vocabulary.error ?? detail.error;
  if (error)
    return (
      <Page title="Build a segment">
        <ProblemNote error={error} onRetry={() => void (vocabulary.error ? vocabulary.refetch() : detail.refetch())} />
      </Page>
    );
  if (!vocabulary.data || !shared || (id !== undefined && !detail.data))
    return (
      <Page title="Build a segment">
        <Loading what="what rules can speak of" />
      </Page>
    );
  return <Editor vocabulary={vocabulary.data} segment={id === undefined ? undefined : (detail.data ?? undefined)} begin={shared.rule} problem={shared.problem} />;
}

interface EditorProps {
  readonly vocabulary: RuleVocabulary;
  /** The segment whose rule is changed; absent: a new one. */
  readonly segment?: SegmentDetail;
  readonly begin?: Rule;
  readonly problem?: string;
}

function Editor({ vocabulary, segment, begin, problem }: EditorProps) {
  const f = useFormats();
  const may = useMay('analyst');
  const to = usePaths();
  const navigate = useNavigate();
  const toast = useToast();
  const saved = (segment?.versions[0]?.rule as Rule | undefined) ?? nothing;
  const state = useRule(begin ?? saved);
  const { draft, put, undo, redo } = state;
  const rule = useMemo(() => ruleOf(draft), [draft]);
  const said = JSON.stringify(rule);
  const dirty = said !== JSON.stringify(ruleOf(draftOf(saved)));
  const templates = useMemo(() => templatesOf(vocabulary), [vocabulary]);
  const empty = leaves(draft.root).length === 0;
  const counted = useCounted(rule, said, draft);
  const [suggested, setSuggested] = useState('');
  const [saving, setSaving] = useState<'new' | 'change'>();
  const create = useTell('POST /v1/segments');
  const change = useTell('PATCH /v1/segments/:segment');

  useAddress(rule, dirty, (next) => state.load(next));
  useUndoKeys(undo, redo);

  const save = async (name: string, why?: string) => {
    if (saving === 'change' && segment) {
      await change.mutateAsync({ params: { segment: segment.id }, body: { rule, why, ...(name !== segment.name && { name }) } });
      toast({ text: `Saved the changes to “${name}”.` });
      window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
    } else {
      const made = await create.mutateAsync({ body: { name, rule, why } });
      toast({ text: `Saved “${made.name}”.`, action: { label: 'See it', run: () => void navigate({ href: to(`segments/${encodeURIComponent(made.id)}`) }) } });
      await navigate({ href: to('rules', { segment: made.id }), replace: true, ignoreBlocker: true });
    }
    setSaving(undefined);
  };
  const remove = useRemove(segment);
  const take = useCallback((next: Rule) => put(draftOf(next), 'json'), [put]);
  return (
    <VocabularyProvider value={vocabulary}>
      <Page
        title={segment ? segment.name : 'Build a segment'}
        lead={segment ? 'A segment made of conditions. Change them and see at once who is meant.' : `Say who is meant; see at once how many ${f.many} that are, and what each condition costs.`}
        above={segment ? <a href={to(`segments/${encodeURIComponent(segment.id)}`)}>To the segment</a> : undefined}
        actions={
          <>
            <Button.Group>
              <Button variant="default" disabled={!state.canUndo} onClick={undo} aria-label="Undo" title="Undo (Ctrl Z)" px={10}>
                <Icon name="undo" />
              </Button>
              <Button variant="default" disabled={!state.canRedo} onClick={redo} aria-label="Redo" title="Redo (Ctrl Shift Z)" px={10}>
                <span className={css.redo}>
                  <Icon name="undo" />
                </span>
              </Button>
            </Button.Group>
            {may && segment ? (
              <>
                <Button disabled={!dirty || empty} onClick={() => setSaving('change')}>
                  Save changes
                </Button>
                <Button variant="default" disabled={empty} onClick={() => setSaving('new')}>
                  Save as another
                </Button>
                <Button variant="subtle" color="gray" c="var(--ink-soft)" px={10} onClick={() => void remove()} aria-label={`Remove “${segment.name}”`} title="Remove">
                  <Icon name="trash" />
                </Button>
              </>
            ) : null}
            {may && !segment ? (
              <Button disabled={empty} onClick={() => setSaving('new')}>
                Save as segment
              </Button>
            ) : null}
          </>
        }
      >
        {problem ? <ProblemNote title="Nothing was taken from the address." error={problem} /> : null}
        <div className={css.bench}>
          <div className={css.work}>
            <Tree draft={draft} counts={counted.counts} of={counted.preview?.of} waiting={counted.waiting} onPut={put} />
            {empty && !segment ? <Templates templates={templates} onPick={(next, title) => {
              setSuggested(title);
              put(draftOf(next));
            }} /> : null}
            {empty && !segment ? <Made /> : null}
            {empty ? null : <RuleTabs rule={rule} preview={counted.preview} failed={counted.error !== null} onRule={take} />}
            {empty ? null : (
              <p className={css.share}>
                <span>The address of this page holds the rule as it stands.</span>
                <CopyButton text={`${window.location.origin}${to('rules', { segment: segment?.id })}${fragmentOf(rule)}`} label="Copy link" />
              </p>
            )}
            {counted.preview && !empty ? (
              <p className={css.brief} aria-hidden="true" data-waiting={counted.waiting}>
                <strong>{f.count(counted.preview.entities)}</strong> {counted.preview.entities === 1 ? f.one : f.many}, {f.percent(counted.preview.share)}
              </p>
            ) : null}
          </div>
          <Result preview={counted.preview} waiting={counted.waiting} error={counted.error} rule={may ? rule : undefined} onRetry={counted.retry} />
        </div>
        {segment ? <Versions segment={segment} onTake={take} /> : null}
        {segment && may ? <Members segment={segment} features={vocabulary.features} changed={dirty} /> : null}
        <SaveDialog
          open={saving !== undefined}
          as={saving ?? 'new'}
          name={saving === 'change' ? (segment?.name ?? '') : suggested}
          entities={counted.preview?.entities}
          busy={create.isPending || change.isPending}
          error={create.error ?? change.error}
          onSave={(name, why) => void save(name, why).catch(() => {})}
          onClose={() => setSaving(undefined)}
        />
        <LeaveGuard dirty={dirty && !empty} />
      </Page>
    </VocabularyProvider>
  );
}

/** Takes a segment away, with a way back. */
function useRemove(segment?: SegmentDetail): () => Promise<void> {
  const { mutateAsync: drop } = useTell('DELETE /v1/segments/:segment');
  const { mutateAsync: restore } = useTell('POST /v1/segments/:segment/restore');
  const toast = useToast();
  const to = usePaths();
  const navigate = useNavigate();
  return async () => {
    if (!segment) return;
    const params = { segment: segment.id };
    try {
      await drop({ params });
      await navigate({ href: to('rules'), ignoreBlocker: true });
      toast({ text: `Removed “${segment.name}”.`, undo: () => restore({ params }) });
    } catch (error) {
      toast({ text: (error as Error).message, tone: 'problem' });
    }
  };
}
