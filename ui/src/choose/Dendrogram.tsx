import { type ReactNode, useId, useMemo } from 'react';
import type { LevelSegment } from '../../../src/domain/segment.js';
import { useFormats } from '../kit/formats.js';
import css from './dendrogram.module.css';
import { cutHeight, cutInto, type Merges, type Placed, placed } from './dendrogram.js';

interface DendrogramProps {
  readonly tree: Merges;
  /** What lies at the ends of the branches. */
  readonly leaves: readonly LevelSegment[];
  /** Colour of a leaf, as CSS; grey where groups of several colours have joined. */
  readonly colour: (leaf: number) => string;
  /** Draws only the branch that holds these leaves and nothing else; all by default. */
  readonly within?: ReadonlySet<number>;
  /** Into how many groups it is cut; without it there is no cut. */
  readonly cut?: number;
  onCut?(k: number): void;
}

const ROW = 34;

/** Groups within groups as a tree lying on its side: the further left two branches join, the less alike they are. The cut is moved by a slider. */
export function Dendrogram({ tree, leaves, colour, within, cut, onCut }: DendrogramProps) {
  const f = useFormats();
  const slider = useId();
  const roots = useMemo(() => branchesOf(placed(tree, leaves.length, (leaf) => leaves[leaf]?.entities ?? 0), within), [tree, leaves, within]);
  const rows = useMemo(() => roots.flatMap((root) => root.leaves), [roots]);
  const first = roots[0] ? top(roots[0]) : 0;
  const highest = Math.max(1e-9, ...roots.map((root) => root.height));
  const x = (height: number) => 100 - (height / (highest * 1.08)) * 96;
  const y = (row: number) => (row - first + 0.5) * ROW;
  const groups = cut === undefined ? undefined : cutInto(roots, cut);
  const line = groups && cut !== undefined ? x(Math.min(highest * 1.06, cutHeight(tree, roots.length, cut))) : undefined;
  const total = leaves.reduce((sum, leaf) => sum + leaf.entities, 0) || 1;
  const ends = new Set(groups?.slice(0, -1).map((g) => g.leaves.at(-1)));
  if (rows.length === 0) return null;
  return (
    <div className={css.whole}>
      {groups && onCut ? (
        <div className={css.cut}>
          <label htmlFor={slider}>
            Cut into <strong>{groups.length}</strong> {groups.length === 1 ? 'group' : 'groups'}
          </label>
          <input id={slider} type="range" min={1} max={rows.length} value={groups.length} onChange={(event) => onCut(Number(event.currentTarget.value))} aria-valuetext={`${groups.length} groups`} />
          <p className={css.shares}>{groups.map((g) => f.percent(sizeOf(g, leaves) / total)).join(', ')}</p>
        </div>
      ) : null}
      <div className={css.drawing} style={{ '--row': `${ROW}px` } as never}>
        <svg viewBox={`0 0 100 ${rows.length * ROW}`} preserveAspectRatio="none" className={css.tree} style={{ height: rows.length * ROW }} aria-hidden="true">
          {roots.map((root) => (
            <Branch key={root.node} branch={root} x={x} y={y} colour={colour} from={x(highest * 1.06)} />
          ))}
          {line === undefined ? null : <line x1={line} x2={line} y1="0" y2={rows.length * ROW} className={css.line} />}
        </svg>
        <ol className={css.leaves}>
          {rows.map((leaf) => (
            <li key={leaf} data-ends={ends.has(leaf)} title={leaves[leaf].narrative || undefined}>
              <span className={css.dot} style={{ background: colour(leaf) }} />
              <span className={css.leafName}>{leaves[leaf].name}</span>
              <span className={css.size}>
                {f.count(leaves[leaf].entities)} <span>{f.percent(leaves[leaf].share)}</span>
              </span>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

const top = (branch: Placed): number => (branch.children ? top(branch.children[0]) : branch.row);
const sizeOf = (branch: Placed, leaves: readonly LevelSegment[]): number => branch.leaves.reduce((sum, leaf) => sum + (leaves[leaf]?.entities ?? 0), 0);

/** The highest branches that hold nothing but the leaves asked for. */
function branchesOf(roots: readonly Placed[], within: ReadonlySet<number> | undefined): Placed[] {
  if (!within) return [...roots];
  return roots.flatMap((root): Placed[] => (root.leaves.every((leaf) => within.has(leaf)) ? [root] : root.children ? branchesOf(root.children, within) : []));
}

interface BranchProps {
  readonly branch: Placed;
  readonly x: (height: number) => number;
  readonly y: (row: number) => number;
  readonly colour: (leaf: number) => string;
  /** Where the line that leads here begins. */
  readonly from: number;
}

function Branch({ branch, x, y, colour, from }: BranchProps): ReactNode {
  const own = colour(branch.leaves[0]);
  const stroke = branch.leaves.every((leaf) => colour(leaf) === own) ? own : 'var(--ink-faint)';
  const at = x(branch.height);
  const middle = y(branch.row);
  return (
    <>
      <line x1={from} x2={at} y1={middle} y2={middle} style={{ stroke }} />
      {branch.children ? <line x1={at} x2={at} y1={y(branch.children[0].row)} y2={y(branch.children[1].row)} style={{ stroke }} /> : null}
      {branch.children?.map((child) => (
        <Branch key={child.node} branch={child} x={x} y={y} colour={colour} from={at} />
      ))}
    </>
  );
}
