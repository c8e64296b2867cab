import { useCallback, useEffect, useState } from 'react';
import type { Rule } from '../../../src/domain/rule.js';
import { type Draft, draftOf } from './draft.js';
import { begin, edit, type History, redo, undo } from './history.js';

export interface RuleState {
  readonly draft: Draft;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Goes on to another draft; `about` joins edits of one field to one step back. */
  put(draft: Draft, about?: string): void;
  undo(): void;
  redo(): void;
  /** Begins anew with another rule, without a way back. */
  load(rule: Rule): void;
}

/** A rule that is edited, with everything it was. */
export function useRule(rule: Rule): RuleState {
  const [history, setHistory] = useState<History<Draft>>(() => begin(draftOf(rule)));
  return {
    draft: history.now,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    put: useCallback((draft, about) => setHistory((h) => edit(h, draft, about)), []),
    undo: useCallback(() => setHistory(undo), []),
    redo: useCallback(() => setHistory(redo), []),
    load: useCallback((next) => setHistory(begin(draftOf(next))), []),
  };
}

/** Ctrl+Z and Ctrl+Shift+Z (or Ctrl+Y), except where a field has its own. */
export function useUndoKeys(back: () => void, forth: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || typing(event.target) || document.querySelector('dialog[open]')) return;
      const key = event.key.toLowerCase();
      const go = key === 'z' ? (event.shiftKey ? forth : back) : key === 'y' ? forth : undefined;
      if (!go) return;
      event.preventDefault();
      go();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [back, forth]);
}

/** Long texts have an undo of their own; one-line fields share the page's. */
const typing = (target: EventTarget | null): boolean => target instanceof HTMLTextAreaElement;
