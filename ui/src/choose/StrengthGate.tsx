import type { Choice } from '../../../src/domain/choice.js';
import { useFormats } from '../kit/formats.js';
import { LineChart } from '../kit/LineChart.js';
import { Gate } from './Gate.js';
import { testedGroups } from './tested.js';

/** Gate 1: does the same partition come out of data that was held back? */
export function StrengthGate({ choice }: { readonly choice: Choice }) {
  const f = useFormats();
  const passed = choice.largestStableK > 1;
  const threshold = f.percent(choice.strengthThreshold);
  return (
    <Gate
      number={1}
      title="Is it found again?"
      passed={passed}
      question={`Half of the ${f.many} are grouped without seeing the other half. How many pairs that belong together in one half stay together when judged by the other? At least ${threshold} in the worst group is asked for.`}
      outcome={passed ? `Passed; at most ${f.count(choice.largestStableK)} groups are found again` : 'Not passed for any number of groups'}
    >
      {choice.candidates.length > 1 ? (
        <LineChart
          points={choice.candidates.map((c) => [c.k, c.predictionStrength])}
          low={0}
          high={1}
          threshold={choice.strengthThreshold}
          marked={testedGroups(choice)}
          format={f.percent}
          label={`Prediction strength by number of groups: ${choice.candidates.map((c) => `${c.k}: ${f.percent(c.predictionStrength)}`).join(', ')}`}
          unit="groups"
        />
      ) : null}
    </Gate>
  );
}
