import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { Rule } from '../../../src/domain/rule.js';
import { checkRule } from './check.js';
import { fragmentOf, fromFragment } from './share.js';

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
