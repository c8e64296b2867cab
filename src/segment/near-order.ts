/** Rows that stay together. */
const leaf = 32;

/**
 * Some of the rows of `values` (d numbers each) in an order in which neighbours are near in space: halved again and again across the feature that
 * ranges most, down to 32 rows, like a kd-tree's leaves from left to right. O(rows d log rows).
 */
export function nearOrder(values: Float64Array, d: number, rows: Int32Array): Int32Array {
  const order = rows.slice();
  const halve = (from: number, to: number): void => {
    if (to - from <= leaf) return;
    const feature = widest(values, d, order, from, to);
    const middle = from + leaf * Math.ceil((to - from) / leaf / 2);
    partition(order, from, to - 1, middle, values, d, feature);
    halve(from, middle);
    halve(middle, to);
  };
  halve(0, order.length);
  return order;
}

function widest(values: Float64Array, d: number, order: Int32Array, from: number, to: number): number {
  let feature = 0;
  let most = -1;
  for (let j = 0; j < d; j++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = from; i < to; i++) {
      const value = values[order[i] * d + j];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > most) {
      most = high - low;
      feature = j;
    }
  }
  return feature;
}

/** Quickselect (Hoare 1961): what is at `middle` and after is not less than what is before it. */
function partition(order: Int32Array, left: number, right: number, middle: number, values: Float64Array, d: number, feature: number): void {
  const key = (i: number) => values[order[i] * d + feature];
  while (left < right) {
    const pivot = key((left + right) >> 1);
    let i = left;
    let j = right;
    while (i <= j) {
      while (key(i) < pivot) i++;
      while (key(j) > pivot) j--;
      if (i > j) break;
      [order[i], order[j]] = [order[j], order[i]];
      i++;
      j--;
    }
    if (middle <= j) right = j;
    else if (middle >= i) left = i;
    else return;
  }
}
