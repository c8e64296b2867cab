import { conditionSchemas, type ConditionOf } from '../../../domain/rule.js';
import { ShoalError } from '../../../errors.js';
import { rowsWhere } from '../bits.js';
import { defineKind } from '../condition.js';
import type { Vocabulary } from '../vocabulary.js';

type Edge = readonly [x1: number, y1: number, x2: number, y2: number];

export const drawn = defineKind({
  name: 'drawn',
  title: 'An area drawn on the map',
  schema: conditionSchemas.drawn,
  words(condition, vocabulary) {
    checked(condition, vocabulary);
    return `inside the area drawn on the map (${condition.points.length} corners)`;
  },
  sql(condition, { dialect: d, relations, vocabulary }) {
    checked(condition, vocabulary);
    if (!relations.map) throw new ShoalError('rules/no-map', { run: vocabulary.run });
    const edges = edgesOf(condition).map((edge) => `(${edge.map((x) => d.number(x)).join(', ')})`);
    const x = d.double('m."x"'), y = d.double('m."y"');
    // Even–odd: a point is inside where a line from it to the right crosses the border an odd number of times.
    return `SELECT m."entity" FROM ${relations.map} AS m
JOIN (VALUES ${edges.join(', ')}) AS e(x1, y1, x2, y2)
  ON (e.y1 > ${y}) <> (e.y2 > ${y}) AND ${x} < (e.x2 - e.x1) * (${y} - e.y1) / (e.y2 - e.y1) + e.x1
GROUP BY m."entity"
HAVING count(*) % 2 = 1`;
  },
  async bits(condition, { rows, vocabulary, map }) {
    checked(condition, vocabulary);
    const plane = await map();
    if (!plane) throw new ShoalError('rules/no-map', { run: vocabulary.run });
    const { x, y } = plane;
    const inside = insideOf(edgesOf(condition));
    return rowsWhere(rows, (row) => inside(x[row], y[row]));
  },
  reads: () => [],
  live() {
    throw new ShoalError('rules/not-live', { what: 'An area drawn on the map', instead: 'a found segment, or conditions' });
  },
  example: { given: { kind: 'drawn', run: 'a1b2', points: [[-1, -1], [3, -0.5], [1, 2.5]] }, words: 'inside the area drawn on the map (3 corners)' },
  failing: [
    { given: { kind: 'drawn', run: 'c3d4', points: [[0, 0], [1, 0], [0, 1]] }, says: 'drawn on the map of run c3d4, and this is a1b2' },
    { given: { kind: 'drawn', run: 'a1b2', points: [[0, 0], [1, 0]] }, says: 'points needs at least 3 points' },
    { given: { kind: 'drawn', run: 'a1b2', points: Array.from({ length: 2001 }, (_, i) => [i, i]) }, says: 'points has more than 2000 points' },
    { given: { kind: 'drawn', run: 'a1b2', points: [[0, 0], [1, 0], [0, Number.POSITIVE_INFINITY]] }, says: 'must be a number' },
    { given: { kind: 'drawn', run: 'a1b2', points: [[0, 0], [1, 0], [0, 1, 2]] }, says: 'points.2' },
  ],
});

function checked({ run }: ConditionOf<'drawn'>, vocabulary: Vocabulary): void {
  if (run !== vocabulary.run) throw new ShoalError('rules/other-map', { run: vocabulary.run, wanted: run });
}

const edgesOf = ({ points }: ConditionOf<'drawn'>): Edge[] => points.map(([x, y], i) => [...points[(i + points.length - 1) % points.length], x, y] as unknown as Edge);

const BANDS = 1024;

/** Whether a point is inside. The edges are sorted into horizontal bands first, so that each point is held against few of them. */
function insideOf(edges: readonly Edge[]): (x: number, y: number) => boolean {
  const ys = edges.map(([, y]) => y);
  const low = Math.min(...ys), high = Math.max(...ys);
  const right = Math.max(...edges.map(([x]) => x));
  const scale = BANDS / (high - low || 1);
  const bandOf = (y: number) => Math.min(BANDS - 1, Math.max(0, Math.floor((y - low) * scale)));
  const bands: Edge[][] = Array.from({ length: BANDS }, () => []);
  for (const edge of edges) for (let band = bandOf(Math.min(edge[1], edge[3])); band <= bandOf(Math.max(edge[1], edge[3])); band++) bands[band].push(edge);
  return (x, y) => {
    if (!(y >= low && y <= high && x <= right)) return false;
    let odd = false;
    for (const [x1, y1, x2, y2] of bands[bandOf(y)]) if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
    return odd;
  };
}
