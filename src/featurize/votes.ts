import { formatNumber } from '../util/format-value.js';
import { countWord, upperFirst } from '../util/words.js';

/**
 * How much each feature counts, so that what is said often is not heard often: a feature's vote is (Σ r²)^−sharing over all features, then a
 * family's sum is bent by a power, so that twenty features of spend do not outvote two of hours. The loudest feature has one whole vote.
 * `r` are the correlations over `n` rows.
 */
export function votes(r: readonly ArrayLike<number>[], families: readonly string[], n: number, rules: { sharing: number; family: number }): number[] {
  const single = r.map((row) => {
    let sum = 0;
    // By chance alone r² is 1/n between strangers: taken off, or many features on few rows would silence each other.
    for (let k = 0; k < row.length; k++) sum += Math.max(0, (row[k] * row[k] - 1 / n) / (1 - 1 / n));
    return Math.max(1, sum) ** -rules.sharing;
  });
  const total = familyVotes(families, single);
  const bent = single.map((vote, i) => vote * total.get(families[i])!.vote ** (rules.family - 1));
  const most = Math.max(...bent);
  return bent.map((vote) => vote / most);
}

/** Sentences on the families of which several features speak: "Eleven features tell of spend; together they have the vote of 2.1." */
export function voteNotes(families: readonly string[], weights: readonly number[]): string[] {
  return [...familyVotes(families, weights)]
    .filter(([, { features }]) => features > 2)
    .sort(([, a], [, b]) => b.features - a.features)
    .slice(0, 6)
    .map(([family, { features, vote }]) => `${upperFirst(countWord(features))} features tell of ${family.replace(/_/g, ' ')}; together they have the vote of ${formatNumber(Math.round(vote * 10) / 10)}.`);
}

function familyVotes(families: readonly string[], weights: readonly number[]): Map<string, { features: number; vote: number }> {
  const total = new Map<string, { features: number; vote: number }>();
  families.forEach((family, i) => {
    const here = total.get(family) ?? { features: 0, vote: 0 };
    total.set(family, { features: here.features + 1, vote: here.vote + weights[i] });
  });
  return total;
}
