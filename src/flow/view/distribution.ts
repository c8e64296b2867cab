import type { Distribution } from '../../domain/report.js';
import { distributions } from '../../explain/distribution.js';
import { type Held, positionOf } from './held.js';
import { subjectOf } from './subject.js';

/** How a feature is spread over everyone and per segment, of all rows; edges like the report's. @throws `explain/unknown-feature` */
export function distribution(held: Held, name: string): Distribution {
  const { rows, features, range, k } = held;
  const j = positionOf(held, name);
  const everyone = { rows: Int32Array.from({ length: rows }, (_, row) => row), weights: new Float64Array(rows).fill(1) };
  return distributions(subjectOf(held), { k, features, range, sample: everyone }, [j])[0];
}
