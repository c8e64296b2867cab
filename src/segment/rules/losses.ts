import type { RowBits } from '../../domain/answer.js';
import type { Condition, Rule } from '../../domain/rule.js';
import { allRows, and, butNot, choose, countRows, noRows, or } from './bits.js';

/** What one condition does to a rule. */
export interface Influence {
  /** How many it holds for by itself. */
  readonly alone: number;
  /** How many more the rule would have if the condition were not there. */
  readonly lost: number;
  /** How many fewer the rule would have if the condition were not there (an alternative brings people in, and so does what is taken from an exclusion). */
  readonly brought: number;
}

/** The rows of a rule, given those of its conditions. */
export function combine(rule: Rule, rows: number, of: (condition: Condition) => RowBits): RowBits {
  if ('kind' in rule) return of(rule);
  if ('not' in rule) return butNot(allRows(rows), combine(rule.not, rows, of));
  if ('all' in rule) return rule.all.reduce((sofar, part) => and(sofar, combine(part, rows, of)), allRows(rows));
  return rule.any.reduce((sofar, part) => or(sofar, combine(part, rows, of)), noRows(rows));
}

/** Where a part of a rule stands: the rows of the whole rule if the part held for everyone, for nobody, and if it were not there. */
interface Place {
  readonly yes: RowBits;
  readonly no: RowBits;
  readonly gone: RowBits;
}

/**
 * What each condition does to the rule, from left to right. A condition is taken away with the groups that it leaves empty; a rule with none takes everyone.
 * Exact in one walk: O(conditions × rows / 32).
 */
export function influences(rule: Rule, rows: number, of: (condition: Condition) => RowBits): Influence[] {
  const everyone = allRows(rows);
  const whole = combine(rule, rows, of);
  const found: Influence[] = [];
  walk(rule, { yes: everyone, no: noRows(rows), gone: everyone });
  return found;

  function walk(part: Rule, { yes, no, gone }: Place): void {
    if ('kind' in part) {
      found.push({ alone: countRows(of(part)), lost: countRows(butNot(gone, whole)), brought: countRows(butNot(whole, gone)) });
    } else if ('not' in part) {
      walk(part.not, { yes: no, no: yes, gone });
    } else {
      const every = 'all' in part;
      const parts = every ? part.all : part.any;
      const [neutral, join] = every ? [everyone, and] : [noRows(rows), or];
      const bits = parts.map((each) => combine(each, rows, of));
      const after = [neutral];
      for (let i = parts.length - 1; i > 0; i--) after.unshift(join(bits[i], after[0]));
      let before = neutral;
      parts.forEach((each, i) => {
        // Of the others: in `all` this part decides where they all hold, in `any` where none does.
        const others = join(before, after[i]);
        const here = { yes: every ? choose(others, yes, no) : yes, no: every ? no : choose(others, yes, no) };
        walk(each, { ...here, gone: parts.length > 1 ? (every ? here.yes : here.no) : gone });
        before = join(before, bits[i]);
      });
    }
  }
}
