/** Rows that differ from each other, and which of them every row is. */
export interface Distinct {
  /** n × d numbers, in the order in which they first occur. */
  readonly values: Float64Array;
  readonly n: number;
  /** Place of every row among them. */
  readonly place: Int32Array;
}

/** Each different row once. `values` is rows × d. O(rows log rows × d). */
export function distinct(values: Float64Array, rows: number, d: number): Distinct {
  const compare = (a: number, b: number) => {
    for (let j = 0; j < d; j++) if (values[a * d + j] !== values[b * d + j]) return values[a * d + j] - values[b * d + j];
    return 0;
  };
  const order = Int32Array.from({ length: rows }, (_, i) => i).sort((a, b) => compare(a, b) || a - b);
  const first = new Int32Array(rows);
  for (let r = 0; r < rows; r++) first[order[r]] = r > 0 && compare(order[r - 1], order[r]) === 0 ? first[order[r - 1]] : order[r];
  const place = new Int32Array(rows);
  let n = 0;
  for (let i = 0; i < rows; i++) place[i] = first[i] === i ? n++ : place[first[i]];
  const own = new Float64Array(n * d);
  for (let i = rows - 1; i >= 0; i--) for (let j = 0; j < d; j++) own[place[i] * d + j] = values[i * d + j];
  return { values: own, n, place };
}
