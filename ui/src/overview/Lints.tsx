import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Lint } from '../../../src/domain/brief.js';
import { Icon } from '../kit/Icon.js';
import { prose } from '../kit/prose.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import css from './overview.module.css';

const TITLES: Record<Lint['kind'], string> = {
  'too-many': 'Many segments', 'over-segmented': 'No gap between', 'under-segmented': 'Groups inside', 'too-small-to-test': 'Too few to test', 'too-small': 'Small segment', 'too-large': 'Large segment', unstable: 'Not steady', 'not-reachable': 'Hard to reach', stale: 'Old data',
  'poor-data': 'Poor data', 'dominant-feature': 'One feature decides', 'protected-attribute': 'Protected attribute', overlap: 'Overlap', 'circular-label': 'Circular label',
};

const FEW = 6;

/** The classic mistakes this segmentation may be making, warnings first. */
export function Lints({ lints }: { readonly lints: readonly Lint[] }) {
  const [all, setAll] = useState(false);
  const sorted = [...lints].sort((a, b) => Number(b.severity === 'warning') - Number(a.severity === 'warning'));
  if (lints.length === 0) return null;
  const shown = all ? sorted : sorted.slice(0, FEW);
  return (
    <div className={css.lints}>
      <h2 className={css.caption}>Worth knowing before you use it</h2>
      <ul>
        {shown.map((lint, i) => (
          <li key={i} className={css.lint} data-severity={lint.severity}>
            <Icon name={lint.severity === 'warning' ? 'warning' : 'note'} />
            <p>
              <strong>{TITLES[lint.kind] ?? 'Note'}</strong>
              {lint.segment === undefined ? null : (
                <>
                  {' '}
                  <SegmentMark index={lint.segment} alone size={18} />
                </>
              )}{' '}
              {prose(lint.sentence)}
            </p>
          </li>
        ))}
      </ul>
      {sorted.length > FEW ? (
        <Button variant="subtle" size="compact-sm" className={css.more} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? 'Show fewer' : `Show all ${sorted.length}`}
        </Button>
      ) : null}
    </div>
  );
}
