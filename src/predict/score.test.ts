import { describe, expect, it } from 'vitest';
import { randomForest, randomRows, rowOf, sumsOf } from '../domain/forest.test.fixture.js';
import { applyLink } from '../domain/forest.js';
import { scorer } from './score.js';

describe('scoring with a forest', () => {
  it.each([
    { seed: 1, numeric: 5, categorical: 3, trees: 40, leaves: 20 },
    { seed: 2, numeric: 3, trees: 30, leaves: 9, outputs: 3, link: 'softmax' as const },
    { seed: 3, numeric: 1, trees: 5, leaves: 1, link: 'identity' as const },
    { seed: 4, numeric: 2, categorical: 1, trees: 10, leaves: 60, link: 'exponential' as const },
  ])('gives the sums of the trees walked one by one, to the bit, for rows alone and all together (seed $seed)', (shape) => {
    const forest = randomForest(shape);
    const x = randomRows(forest, 700);
    const found = scorer(forest);
    const sums = Array.from({ length: x.rows }, (_, i) => sumsOf(forest, rowOf(x, i))).flat();
    expect(Array.from(found.allSums(x))).toEqual(sums);
    expect(found.all(x)).toEqual(applyLink(forest.link, Float64Array.from(sums), forest.outputs));
    const alone = Array.from({ length: x.rows }, (_, i) => Array.from(found.one(rowOf(x, i)))).flat();
    expect(alone).toEqual(Array.from(found.all(x)));
  });

  it('makes probabilities of sums', () => {
    const forest = { ...randomForest({ seed: 1, numeric: 1, trees: 0, leaves: 1, outputs: 3 }), base: Float64Array.from([0, Math.log(2), Math.log(5)]) };
    expect(Array.from(scorer({ ...forest, link: 'softmax' }).one([0]))).toEqual([expect.closeTo(0.125, 12), expect.closeTo(0.25, 12), expect.closeTo(0.625, 12)]);
    expect(scorer({ ...forest, link: 'logistic' }).one([0])[1]).toBeCloseTo(2 / 3, 12);
    expect(scorer({ ...forest, link: 'exponential' }).one([0])[2]).toBeCloseTo(5, 12);
    expect(applyLink('softmax', Float64Array.from([2000, 2000]), 2)).toEqual(Float64Array.from([0.5, 0.5]));
  });

  it('finds its columns by name, and categories by their names', () => {
    const forest = randomForest({ seed: 7, numeric: 2, categorical: 2, trees: 20, leaves: 12 });
    const x = randomRows(forest, 200);
    const shuffled = [3, 1, 0, 2];
    const renamed = ['e', 'd', 'unknown', 'c', 'b', 'a'];
    const y = {
      rows: 200,
      inputs: shuffled.map((j) => (j < 2 ? forest.inputs[j] : { ...forest.inputs[j], categories: renamed })),
      columns: shuffled.map((j) => (j < 2 ? x.columns[j] : x.columns[j].map((code) => (code < 5 ? renamed.indexOf('abcde'[code]) : 2)))),
    };
    const known = { ...x, columns: x.columns.map((column, j) => (j < 2 ? column : column.map((code) => (code < 5 ? code : Number.NaN)))) };
    expect(scorer(forest).all(y)).toEqual(scorer(forest).all(known));
  });

  it('says which column is missing', () => {
    const forest = randomForest({ seed: 7, numeric: 2, trees: 1, leaves: 3 });
    const x = { rows: 1, inputs: [{ name: 'x0' }, { name: 'x_1' }], columns: [new Float64Array(1), new Float64Array(1)] };
    expect(() => scorer(forest).all(x)).toThrow("The model needs a column 'x1', which is not there. Did you mean 'x");
  });
});
