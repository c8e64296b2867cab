import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';

export interface Expression {
  /** SQL made only of the given column SQL, numbers, + - * / and parentheses. */
  readonly sql: string;
  readonly columns: readonly string[];
}

/**
 * Reads 'Quantity * UnitPrice' into SQL. Column names may be bare, spaced, or in "quotes", `backticks` or [brackets].
 * `sqlOf` gives the SQL of a column; nothing of the text itself reaches the engine.
 * Throws `ingest/bad-expression`, `ingest/unknown-column`.
 */
export function parseExpression(text: string, names: readonly string[], sqlOf: (name: string) => string, source: string): Expression {
  const bad = (reason: string) => new ShoalError('ingest/bad-expression', { expression: text, reason });
  if (text.length > 1000) throw bad('It is longer than 1,000 characters.');
  const parts = split(text, names, source, bad);
  const columns: string[] = [];
  let at = 0;
  let depth = 0;

  const sum = (): string => {
    let sql = product();
    while (parts[at]?.kind === 'sign' && '+-'.includes(parts[at].text)) sql = `(${sql} ${parts[at++].text} ${product()})`;
    return sql;
  };
  const product = (): string => {
    let sql = factor();
    while (parts[at]?.kind === 'sign' && '*/'.includes(parts[at].text)) {
      const divides = parts[at++].text === '/';
      const right = factor();
      sql = divides ? `(${sql} / NULLIF(${right}, 0))` : `(${sql} * ${right})`;
    }
    return sql;
  };
  const factor = (): string => {
    const part = parts[at++];
    if (!part) throw bad('It ends too early.');
    if (part.kind === 'number') return `CAST(${part.text} AS DOUBLE)`;
    if (part.kind === 'column') {
      if (!columns.includes(part.text)) columns.push(part.text);
      return sqlOf(part.text);
    }
    if (part.text === '-' || part.text === '+') {
      if (++depth > 50) throw bad('It is nested too deeply.');
      const inner = factor();
      depth--;
      return part.text === '-' ? `(- ${inner})` : inner;
    }
    if (part.text === '(') {
      if (++depth > 50) throw bad('It is nested too deeply.');
      const inner = sum();
      if (parts[at++]?.text !== ')') throw bad('A parenthesis is not closed.');
      depth--;
      return inner;
    }
    throw bad(`'${part.text}' is in the wrong place.`);
  };

  const sql = sum();
  if (at < parts.length) throw bad(`'${parts[at].text}' is in the wrong place.`);
  if (columns.length === 0) throw bad('It names no column.');
  return { sql, columns };
}

interface Part {
  readonly kind: 'number' | 'column' | 'sign';
  readonly text: string;
}

function split(text: string, names: readonly string[], source: string, bad: (reason: string) => ShoalError): Part[] {
  const byLength = [...names].sort((a, b) => b.length - a.length);
  const parts: Part[] = [];
  for (let i = 0; i < text.length; ) {
    const c = text[i];
    const operand = parts.length === 0 || (parts[parts.length - 1].kind === 'sign' && parts[parts.length - 1].text !== ')');
    if (/\s/.test(c)) i++;
    else if (operand && (c === '"' || c === '`' || c === '[')) {
      const close = text.indexOf(c === '[' ? ']' : c, i + 1);
      if (close < 0) throw bad(`The ${c} at character ${i + 1} is not closed.`);
      parts.push({ kind: 'column', text: find(text.slice(i + 1, close), names, source) });
      i = close + 1;
    } else if (operand && longest(text, i, byLength)) {
      const name = longest(text, i, byLength)!;
      parts.push({ kind: 'column', text: name });
      i += name.length;
    } else if ('+-*/()'.includes(c)) {
      parts.push({ kind: 'sign', text: c });
      i++;
    } else {
      const number = /^(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?/.exec(text.slice(i));
      const word = /^[\p{L}\p{N}_.]+/u.exec(text.slice(i));
      if (number && (!word || word[0].length <= number[0].length)) {
        parts.push({ kind: 'number', text: number[0] });
        i += number[0].length;
      } else if (word) {
        parts.push({ kind: 'column', text: find(word[0], names, source) });
        i += word[0].length;
      } else throw bad(`'${c}' is not allowed.`);
    }
  }
  return parts;
}

/** The longest column name that stands at `at` and ends where a name may end. */
function longest(text: string, at: number, names: readonly string[]): string | undefined {
  const rest = text.slice(at).toLowerCase();
  return names.find((name) => name !== '' && rest.startsWith(name.toLowerCase()) && !/^[\p{L}\p{N}_]/u.test(text.slice(at + name.length)) && /^[\p{L}_]/u.test(name));
}

function find(name: string, names: readonly string[], source: string): string {
  const found = names.find((n) => n === name) ?? names.find((n) => n.toLowerCase() === name.trim().toLowerCase());
  if (found === undefined) throw new ShoalError('ingest/unknown-column', { column: name, source, suggestion: closest(name, names) });
  return found;
}
