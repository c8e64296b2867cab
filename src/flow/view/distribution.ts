import type { Distribution } from '../../domain/report.js';
import { distributions } from '../../explain/distribution.js';
import { type Held, positionOf } from './held.js';
import { everyone } from './subject.js';

/** How a feature is spread over everyone and per segment, of all rows; edges like the report's. @throws `explain/unknown-feature` */
export function distribution(held: Held, name: string): Distribution {
  const { rows, features, range, k } = held;
  const j = positionOf(held, name);
  const all = { rows: Int32Array.from({ length: rows }, (_, row) => row), weights: new Float64Array(rows).fill(1) };
  return distributions(everyone(held), { k, features, range, sample: all }, [j])[0];
}
