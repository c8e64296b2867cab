import type { Rule } from '../../../src/domain/rule.js';

// The rule travels behind the '#': a browser keeps that part to itself, so that it is in no server's log and may be as long as a drawn shape is.

/** A rule as the end of an address: '#rule=…'. */
export const fragmentOf = (rule: Rule): string => `#rule=${toBase64Url(JSON.stringify(rule))}`;

/** What an address says, unchecked; undefined where it says no rule, or one that was cut off. */
export function fromFragment(fragment: string): unknown {
  const said = new URLSearchParams(fragment.replace(/^#/, '')).get('rule');
  if (!said) return undefined;
  try {
    return JSON.parse(fromBase64Url(said));
  } catch {
    return undefined;
  }
}

/** Whether an address means to say a rule at all. */
export const saysRule = (fragment: string): boolean => new URLSearchParams(fragment.replace(/^#/, '')).has('rule');

function toBase64Url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64Url(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (c) => c.charCodeAt(0)));
}
