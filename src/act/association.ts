/** How strongly segments and one feature go together, 0–1: Cramér's V for yes/no features, eta² (share of variance between segments) otherwise. */
export interface Association {
  readonly measure: "Cramér's V" | 'eta²';
  readonly value: number;
}

/**
 * The association of `labels` (0…k−1; −1 = outlier, left out) with a feature's raw values; missing values are left out. Cramér's V is corrected for its bias in
 * small tables (Bergsma 2013), eta² likewise (epsilon², Kelley 1935), so that chance alone gives about 0.
 */
export function association(values: Float64Array, labels: Int32Array, k: number, binary: boolean): Association {
  const count = new Float64Array(k), sum = new Float64Array(k);
  let n = 0, total = 0, squares = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]) || labels[i] < 0) continue;
    count[labels[i]]++;
    sum[labels[i]] += values[i];
    n++;
    total += values[i];
  }
  const mean = total / n;
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]) && labels[i] >= 0) squares += (values[i] - mean) ** 2;
  const groups = count.filter((c) => c > 0).length;
  let between = 0;
  for (let s = 0; s < k; s++) if (count[s] > 0) between += count[s] * (sum[s] / count[s] - mean) ** 2;
  if (!(squares > 0) || groups < 2 || n <= groups) return { measure: binary ? "Cramér's V" : 'eta²', value: 0 };
  if (!binary) return { measure: 'eta²', value: Math.max(0, 1 - (((squares - between) / squares) * (n - 1)) / (n - groups)) };
  const phi2 = between / squares; // for a yes/no variable chi²/n is exactly the share of variance between the groups
  const corrected = Math.max(0, phi2 - (groups - 1) / (n - 1));
  const columns = 2 - 1 / (n - 1);
  return { measure: "Cramér's V", value: Math.sqrt(corrected / Math.min(groups - 1, columns - 1)) };
}

/** Pearson correlation of two features over the rows where both are known. */
export function correlation(a: Float64Array, b: Float64Array): number {
  let n = 0, ma = 0, mb = 0, saa = 0, sbb = 0, sab = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) continue;
    n++;
    const da = a[i] - ma;
    ma += da / n;
    const db = b[i] - mb;
    mb += db / n;
    saa += da * (a[i] - ma);
    sbb += db * (b[i] - mb);
    sab += da * (b[i] - mb);
  }
  return saa > 0 && sbb > 0 ? sab / Math.sqrt(saa * sbb) : 0;
}
