interface Face {
  readonly sql: string;
  holds(a: number, b: number): boolean;
  /** Before the value, with a space where there is one: "at least "; of times "not before ". */
  words(time?: boolean): string;
}

/** The comparisons, in SQL, in numbers and in words. */
export const comparisons: Readonly<Record<'=' | '!=' | '<' | '<=' | '>' | '>=', Face>> = {
  '=': { sql: '=', holds: (a, b) => a === b, words: () => '' },
  '!=': { sql: '<>', holds: (a, b) => a !== b, words: () => 'not ' },
  '<': { sql: '<', holds: (a, b) => a < b, words: (time) => (time ? 'before ' : 'under ') },
  '<=': { sql: '<=', holds: (a, b) => a <= b, words: (time) => (time ? 'not after ' : 'at most ') },
  '>': { sql: '>', holds: (a, b) => a > b, words: (time) => (time ? 'after ' : 'over ') },
  '>=': { sql: '>=', holds: (a, b) => a >= b, words: (time) => (time ? 'not before ' : 'at least ') },
};
export type Comparison = keyof typeof comparisons;
