import type { ReactNode } from 'react';
import type { PredictionStory } from '../../../src/domain/prediction.js';
import type { Report } from '../../../src/domain/report.js';
import panel from '../kit/panel.module.css';
import { Section } from '../kit/Section.js';
import { Target } from './Target.js';
import css from './predict.module.css';

interface PredictionsProps {
  readonly predictions: Report['predictions'];
  readonly heading?: boolean;
  /** Where there is more than a report: how some are chosen by a target. */
  readonly choosing?: (target: PredictionStory) => ReactNode;
}

/** What everyone is expected to do next: per target how likely, how sure, and from what. */
export function Predictions({ predictions, heading = true, choosing }: PredictionsProps) {
  if (!predictions) return null;
  const { targets, skipped } = predictions;
  const content = (
    <div className={css.targets}>
      {targets.map((target) => (
        <Target key={target.name} target={target} choosing={choosing?.(target)} />
      ))}
      {skipped.length > 0 ? (
        <ul className={panel.limits}>
          {skipped.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      ) : null}
    </div>
  );
  if (!heading) return content;
  return (
    <Section id="predictions" title="What comes next" lead="Learnt from the past as it was known then, and tried on a later time, or on others, that it had not seen. Every score is of that trial.">
      {content}
    </Section>
  );
}
