import type { Rule } from '../../../src/domain/rule.js';

/** Something that is wrong with a rule written as JSON, and where: character `at` of the text. */
export interface Fault {
  readonly at: number;
  readonly message: string;
}

/** Reads a rule written as JSON. The schema itself, which is a part of the page for itself, says what is wrong. */
export async function readRule(text: string): Promise<{ readonly rule: Rule } | { readonly faults: readonly Fault[] }> {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return { faults: [syntaxFault(text, error as SyntaxError)] };
  }
  const checked = await checkRule(given);
  if ('rule' in checked) return checked;
  return { faults: checked.problems.map(({ path, message }) => ({ at: placeIn(text, path), message: path.length ? `${pathWords(path)} ${message}` : `This ${message}` })) };
}

/** Whether something is a rule. */
export async function checkRule(given: unknown): Promise<{ readonly rule: Rule } | { readonly problems: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }> {
  const { rule } = await import('../../../src/domain/rule.js');
  const read = rule.safeParse(given);
  return read.success ? { rule: read.data } : { problems: read.error.issues.map(({ path, message }) => ({ path, message })) };
}

/** ['all', 2, 'value'] → 'all[2].value'. */
const pathWords = (path: readonly PropertyKey[]): string => path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i ? '.' : ''}${String(key)}`)).join('');

function syntaxFault(text: string, error: SyntaxError): Fault {
  const at = /position (\d+)/.exec(error.message)?.[1];
  const place = at === undefined ? (/end of/i.test(error.message) ? text.length : firstOdd(text)) : Number(at);
  const found = place >= text.length ? 'the end' : JSON.stringify(text.slice(place, place + 1));
  return { at: Math.min(place, text.length), message: `This is not JSON: ${found} cannot stand here.` };
}

/** Where a text stops being JSON, for engines that do not say: the longest beginning that could still become JSON. */
function firstOdd(text: string): number {
  const scan = scanner(text);
  try {
    scan.value([], () => {});
  } catch {
    return scan.at();
  }
  return scan.at();
}

/** Where in the text the value at `path` begins, or the nearest one around it that there is. */
export function placeIn(text: string, path: readonly PropertyKey[]): number {
  let best = { length: -1, at: 0 };
  const scan = scanner(text);
  try {
    scan.value([], (here, at) => {
      if (here.length > best.length && here.length <= path.length && here.every((key, i) => String(key) === String(path[i]))) best = { length: here.length, at };
    });
  } catch {
    // Cut off: what was found so far is the nearest.
  }
  return best.at;
}

/** A reader of JSON that tells where each value begins. */
function scanner(text: string) {
  let i = 0;
  const space = () => {
    while (/\s/.test(text[i] ?? '')) i++;
  };
  const fail = (): never => {
    throw new SyntaxError(`position ${i}`);
  };
  const take = (sign: string) => (text[i] === sign ? void i++ : fail());
  const string = (): string => {
    const begin = i;
    take('"');
    while (text[i] !== '"') {
      if (text[i] === undefined || text[i] === '\n') fail();
      i += text[i] === '\\' ? 2 : 1;
    }
    i++;
    return JSON.parse(text.slice(begin, i)) as string;
  };
  const list = (close: string, item: (n: number) => void) => {
    i++;
    space();
    for (let n = 0; text[i] !== close; n++) {
      if (n > 0) take(',');
      space();
      item(n);
      space();
    }
    i++;
  };
  const value = (path: readonly (string | number)[], tell: (path: readonly (string | number)[], at: number) => void): void => {
    space();
    tell(path, i);
    if (text[i] === '{') {
      list('}', () => {
        const key = string();
        space();
        take(':');
        value([...path, key], tell);
      });
    } else if (text[i] === '[') {
      list(']', (n) => value([...path, n], tell));
    } else if (text[i] === '"') {
      string();
    } else {
      const word = /^(true|false|null|-?\d[\d.eE+-]*)/.exec(text.slice(i, i + 40))?.[0];
      if (word === undefined) fail();
      else i += word.length;
    }
  };
  return { value, at: () => i };
}

/** Line and column, from 1, of a character. */
export function lineOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
