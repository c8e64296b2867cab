// NBD: people buy at random at their own rate and never leave (Ehrenberg 1959). The floor that the others have to beat: where it fits as well, nobody can be told to have left.
import { drawGamma } from '../../util/gamma-draw.js';
import { indexed, moreThan } from './histories.js';
import { poissonGamma } from './poisson-gamma.js';
import type { PurchaseModel } from './purchase-model.js';

export const nbd: PurchaseModel = {
  name: 'nbd', title: 'NBD',
  says: 'People buy at random at their own rate and never leave.',
  time: 'continuous',
  parameters: ['r', 'alpha'],
  times: [1],
  start: ({ rows, repeats, age, weights }) => {
    let [bought, time] = [0, 0];
    for (let i = 0; i < rows; i++) (bought += weights[i] * repeats[i], time += weights[i] * age[i]);
    return [0.5, (0.5 * time) / bought];
  },
  likelihood: (h) => {
    const above = moreThan(h);
    const age = indexed(h.age);
    const [people, bought] = [new Float64Array(age.values.length), new Float64Array(age.values.length)];
    for (let i = 0; i < h.rows; i++) {
      people[age.of[i]] += h.weights[i];
      bought[age.of[i]] += h.weights[i] * h.repeats[i];
    }
    return ({ 0: r, 1: alpha }, gradient) => {
      let sum = h.entities * r * Math.log(alpha);
      let [dr, dAlpha] = [h.entities * Math.log(alpha), (h.entities * r) / alpha];
      for (let j = 0; j < above.length; j++) {
        sum += above[j] * Math.log(r + j);
        dr += above[j] / (r + j);
      }
      for (let k = 0; k < people.length; k++) {
        const log = Math.log(alpha + age.values[k]);
        sum -= (people[k] * r + bought[k]) * log;
        dr -= people[k] * log;
        dAlpha -= (people[k] * r + bought[k]) / (alpha + age.values[k]);
      }
      gradient[0] = dr;
      gradient[1] = dAlpha;
      return sum;
    };
  },
  alive: () => 1,
  after: (p, x, age) => [p[0] + x, p[1] + age],
  expected: (p, t) => (p[0] / p[1]) * t,
  counts: (p, t, most) => poissonGamma(p[0], p[1], t, most),
  draw: (p, age, rng) => {
    const rate = drawGamma(p[0], rng) / p[1];
    let [repeats, last] = [0, 0];
    for (let next = 0; rate > 0 && (next -= Math.log(1 - rng.next()) / rate) <= age; repeats++) last = next;
    return { repeats, last };
  },
};
