import { useMemo } from 'react';
import type { WhatIf } from '../../../src/domain/answer.js';
import { useFormats } from '../kit/formats.js';
import { segmentColour } from '../kit/palette.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import css from './flows.module.css';
import { drawFlows, ribbon, spaced } from './flows.js';

const GAP = 14;
/** Least height of a bar's label. */
const ROW = 38;

/** Today's segments at the left, the others at the right, and everybody on the way between them. */
export function Flows({ whatIf }: { readonly whatIf: WhatIf }) {
  const f = useFormats();
  const keys = useSegments();
  const length = Math.max(320, Math.max(keys.length, whatIf.k) * (ROW + GAP));
  const { from, to, links } = useMemo(() => drawFlows(whatIf.flows, length, GAP), [whatIf, length]);
  const nameOf = (segment: number) => (segment < 0 ? 'In no segment' : (keys.find((s) => s.index === segment)?.name ?? `Segment ${segment + 1}`));
  const total = from.reduce((sum, node) => sum + node.entities, 0) || 1;
  const left = spaced(from.map((node) => node.y + node.height / 2), ROW, length);
  const right = spaced(to.map((node) => node.y + node.height / 2), ROW, length);
  return (
    <figure className={css.flows}>
      <p className={css.heads} aria-hidden="true">
        <span>Today</span>
        <span>With {f.count(whatIf.k)}</span>
      </p>
      <div className={css.drawing} style={{ height: length }}>
        <ul className={css.left} aria-label="Today’s segments">
          {from.map((node, i) => (
            <li key={node.group} style={{ top: left[i] }}>
              <span className={css.words}>
                <span className={css.name}>{nameOf(node.group)}</span>
                <small>{f.count(node.entities)}</small>
              </span>
              <SegmentMark index={node.group} size={22} />
            </li>
          ))}
        </ul>
        <svg viewBox={`0 0 100 ${length}`} preserveAspectRatio="none" className={css.ribbons} role="img" aria-label={`Flows from today’s segments into ${whatIf.k} groups; the table below says the same`}>
          {links.map((link) => (
            <path key={`${link.from} ${link.to}`} d={ribbon(link, 2, 98)} style={{ fill: segmentColour(link.from) }}>
              <title>{`${nameOf(link.from)} → ${whatIf.segments[link.to]?.name ?? ''}: ${f.count(link.entities)}`}</title>
            </path>
          ))}
          {from.map((node) => (
            <rect key={node.group} x="0" width="2" y={node.y} height={Math.max(1, node.height)} style={{ fill: segmentColour(node.group) }} />
          ))}
          {to.map((node) => (
            <rect key={node.group} x="98" width="2" y={node.y} height={Math.max(1, node.height)} className={css.bar} />
          ))}
        </svg>
        <ul className={css.right} aria-label={`The ${whatIf.k} groups`}>
          {to.map((node, i) => (
            <li key={node.group} style={{ top: right[i] }} title={whatIf.segments[node.group]?.narrative || undefined}>
              <span className={css.words}>
                <span className={css.name}>{whatIf.segments[node.group]?.name ?? `Group ${node.group + 1}`}</span>
                <small>
                  {f.count(node.entities)}, {f.percent(node.entities / total)}
                </small>
              </span>
            </li>
          ))}
        </ul>
      </div>
      <details className={css.table}>
        <summary>The same as a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col">{f.many}</th>
              <th scope="col">Comes from</th>
            </tr>
          </thead>
          <tbody>
            {[...to].sort((a, b) => b.entities - a.entities).map((node) => (
              <tr key={node.group}>
                <th scope="row">{whatIf.segments[node.group]?.name}</th>
                <td>{f.count(node.entities)}</td>
                <td>
                  {links
                    .filter((link) => link.to === node.group)
                    .sort((a, b) => b.entities - a.entities)
                    .slice(0, 4)
                    .map((link) => `${nameOf(link.from)} (${f.percent(link.entities / node.entities)})`)
                    .join(', ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
