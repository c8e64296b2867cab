// The naive rate: everyone goes on buying as often as since the first purchase (Wübben & von Wangenheim 2008, "Instant customer base analysis: managerial heuristics often 'get it right'").
// Nobody leaves and nobody who came once comes again. The floor that a purchase model has to beat on what was held back; what is told where it does not.
import { poissonGamma } from './poisson-gamma.js';
import type { Foreteller } from './purchase-model.js';

/** Its one parameter is how much more purchases vary than by chance alone: their variance over their mean. */
export function pastRate(time: Foreteller['time']): Foreteller {
  return {
    time, exactAge: true,
    alive: () => 1,
    after: ({ 0: varies }, repeats, age) => [repeats, age, varies],
    expected: ({ 0: repeats, 1: age }, t) => (age > 0 ? (repeats / age) * t : 0),
    counts: ({ 0: repeats, 1: age, 2: varies }, t, most) => {
      const mean = age > 0 ? (repeats / age) * t : 0;
      if (!(mean > 0)) return Float64Array.from({ length: most + 1 }, (_, k) => (k ? 0 : 1));
      const more = Math.max(varies - 1, leastMore);
      return poissonGamma(mean / more, t / more, t, most);
    },
  };
}

/** A negative binomial with so little more variance is Poisson's. */
const leastMore = 1e-3;
