import { useEffect, useMemo, useRef, useState } from 'react';
import type { Rule } from '../../../src/domain/rule.js';
import type { RulePreview } from '../../../src/server/contract/segments.js';
import { useAsk } from '../wire/ask.js';
import { type Draft, placesOf } from './draft.js';
import type { Counted } from './Tree.js';

export interface CountedRule {
  /** The newest count that there is; of the rule before while a newer one is on its way. */
  readonly preview?: RulePreview;
  /** What is known of each condition, by its name in the draft. */
  readonly counts: ReadonlyMap<number, Counted>;
  readonly waiting: boolean;
  readonly error: Error | null;
  retry(): void;
}

const none: ReadonlyMap<number, Counted> = new Map();

/** The count of a rule, a moment after the last change. Answers that come late, of a rule that is no longer there, are never shown. */
export function useCounted(rule: Rule, said: string, draft: Draft): CountedRule {
  const [asked, setAsked] = useState({ rule, said });
  useEffect(() => {
    if (asked.said === said) return;
    const timer = setTimeout(() => setAsked({ rule, said }), 140);
    return () => clearTimeout(timer);
  }, [rule, said, asked.said]);
  const { data, error, isPlaceholderData, refetch } = useAsk('POST /v1/rules/preview', { body: { rule: asked.rule } }, { keep: true });
  const current = asked.said === said && data !== undefined && !isPlaceholderData;
  const counts = useMemo(() => (current ? byPart(data, draft) : undefined), [current, data, draft]);
  const before = useRef(none);
  useEffect(() => {
    if (counts) before.current = counts;
  }, [counts]);
  const failed = asked.said === said ? error : null;
  return { preview: data, counts: counts ?? before.current, waiting: !current && !failed, error: failed, retry: () => void refetch() };
}

function byPart({ conditions }: RulePreview, draft: Draft): ReadonlyMap<number, Counted> {
  const places = placesOf(draft);
  return new Map(conditions.flatMap((condition) => {
    const id = places.get(condition.path.join('.'));
    return id === undefined ? [] : [[id, condition] as const];
  }));
}
