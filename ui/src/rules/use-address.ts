import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Rule } from '../../../src/domain/rule.js';
import { checkRule } from './check.js';
import { fragmentOf, fromFragment, saysRule } from './share.js';

/** Keeps the rule in the address as long as it differs from what is saved, and takes another one that is put there (a pasted link, a step back). */
export function useAddress(rule: Rule, dirty: boolean, onOther: (rule: Rule) => void): void {
  const navigate = useNavigate();
  const hash = useRouterState({ select: (state) => state.location.hash });
  const written = useRef(hash);
  const fragment = dirty ? fragmentOf(rule).slice(1) : '';
  const write = useEffectEvent((next: string) => {
    if (next === written.current) return;
    written.current = next;
    void navigate({ to: '.', search: true, hash: next || undefined, replace: true, resetScroll: false, hashScrollIntoView: false, ignoreBlocker: true });
  });
  useEffect(() => {
    const timer = setTimeout(() => write(fragment), 300);
    return () => clearTimeout(timer);
  }, [fragment]);
  const take = useEffectEvent(async (next: string) => {
    if (next === written.current) return;
    written.current = next;
    const given = fromFragment(next);
    const read = given === undefined ? undefined : await checkRule(given);
    if (read && 'rule' in read) onOther(read.rule);
  });
  useEffect(() => void take(hash), [hash]);
}

interface SharedRule {
  readonly rule?: Rule;
  /** Why the rule in the address cannot be used. */
  readonly problem?: string;
}

/** The rule that the address holds when the page is opened, if it holds one; undefined while it is read. */
export function useSharedRule(): SharedRule | undefined {
  const hash = useRouterState({ select: (state) => state.location.hash });
  const [shared, setShared] = useState<SharedRule>();
  const [first] = useState(hash);
  useEffect(() => {
    let current = true;
    void readFragment(first).then((read) => current && setShared(read));
    return () => {
      current = false;
    };
  }, [first]);
  return shared;
}

async function readFragment(hash: string): Promise<SharedRule> {
  if (!saysRule(hash)) return {};
  const given = fromFragment(hash);
  if (given === undefined) return { problem: 'The rule in this address cannot be read: it was probably cut off. Ask for the link again.' };
  const read = await checkRule(given);
  if ('rule' in read) return { rule: read.rule };
  return { problem: `The rule in this address cannot be used: ${read.problems.slice(0, 3).map(({ path, message }) => `${path.map(String).join('.')} ${message}`.trim()).join('; ')}.` };
}
