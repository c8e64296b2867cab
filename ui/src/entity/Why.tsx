import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Explanation } from '../../../src/domain/profile.js';
import { Hidden } from '../kit/Hidden.js';
import { prose, sentence } from '../kit/prose.js';
import css from './person.module.css';

/** Why somebody is where they are: in sentences, and what pulls in and out. */
export function Why({ explanation }: { readonly explanation: Explanation }) {
  return (
    <>
      <ul className={css.sentences}>
        {explanation.sentences.map((text, i) => (
          <li key={i}>{sentence(text)}</li>
        ))}
      </ul>
      <Pulls contributions={explanation.contributions} />
    </>
  );
}

const FIRST = 8;

/** A bar to the right for what pulls into the segment, to the left for what pulls out of it. */
function Pulls({ contributions }: { readonly contributions: Explanation['contributions'] }) {
  const [all, setAll] = useState(false);
  const sorted = [...contributions].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  const reach = Math.max(1e-9, ...sorted.map(({ weight }) => Math.abs(weight)));
  if (sorted.length === 0) return null;
  return (
    <div className={css.pulls}>
      <p className={css.pullsHead} aria-hidden="true">
        <span>pulls out</span>
        <span>pulls in</span>
      </p>
      <ul>
        {sorted.slice(0, all ? sorted.length : FIRST).map((pull) => {
          const width = (Math.abs(pull.weight) / reach) * 50;
          return (
            <li key={pull.feature}>
              <span className={css.pullName}>
                {pull.title}: <strong>{prose(pull.value)}</strong>
                <Hidden>{pull.weight < 0 ? ', pulls out' : ', pulls in'}</Hidden>
              </span>
              <span className={css.pullTrack} aria-hidden="true">
                <span className={css.pullBar} data-out={pull.weight < 0} style={{ left: `${pull.weight < 0 ? 50 - width : 50}%`, width: `${Math.max(0.6, width)}%` }} />
              </span>
            </li>
          );
        })}
      </ul>
      {sorted.length > FIRST ? (
        <Button variant="subtle" size="compact-sm" onClick={() => setAll(!all)}>
          {all ? 'Only the strongest' : `All ${sorted.length}`}
        </Button>
      ) : null}
    </div>
  );
}

/** What would put them into another segment: the smallest changes, checked against the model. */
export function Moves({ moves }: { readonly moves: Explanation['moves'] }) {
  if (moves.length === 0) return <p className={css.hint}>No small change of anything that can be changed would move them.</p>;
  return (
    <ul className={css.moves}>
      {moves.map((move, i) => (
        <li key={i}>
          <p>{sentence(move.sentence)}</p>
          {move.changes.length > 1 ? (
            <ul className={css.changes}>
              {move.changes.map((change) => (
                <li key={change.feature}>
                  {change.title}: {prose(change.from)} → <strong>{prose(change.to)}</strong>
                </li>
              ))}
            </ul>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
