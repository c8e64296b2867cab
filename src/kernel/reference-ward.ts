import type { WardGroups } from './kernel.js';

/** See `Kernel.wardGroups`. */
export function wardGroups(count: number, d: number): WardGroups {
  const values = new Float64Array(count * d).fill(Infinity);
  const inverses = new Float64Array(count).fill(1);
  const distance = (x: number, y: number) => {
    let square = 0;
    for (let j = 0; j < d; j++) square += (values[x * d + j] - values[y * d + j]) ** 2;
    return (2 * square) / (inverses[x] + inverses[y]);
  };
  return {
    values,
    inverses,
    nearest(asked) {
      const neighbours = new Int32Array(asked.length).fill(-1);
      const distances = new Float64Array(asked.length).fill(Infinity);
      asked.forEach((x, q) => {
        for (let y = 0; y < count; y++) {
          if (y === x || !(distance(x, y) < distances[q])) continue;
          neighbours[q] = y;
          distances[q] = distance(x, y);
        }
      });
      return { neighbours, distances };
    },
    release() {},
  };
}
