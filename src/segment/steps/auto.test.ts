import { expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Points } from '../../kernel/kernel.js';
import { createRng, type Rng } from '../../util/rng.js';
import { auto, fitAuto } from './auto.js';
import { fitPca, pca } from './pca.js';

it('is the components where those are chosen', async () => {
  const x = points(300, (rng) => {
    const [a, b] = [rng.normal(), rng.normal()];
    return Array.from({ length: 6 }, (_, j) => Math.cos(j) * a + Math.sin(j) * b + 0.05 * rng.normal());
  });
  const params = await fitAuto(x, { width: 2 }, createContext());
  const components = await fitPca(x, pca.options.parse({ components: 2 }), createContext());
  expect(params.choice.step).toBe('pca');
  expect(auto.apply(params, x)).toEqual(pca.apply(components, x));
  expect(auto.projection!(params)).toMatchObject({ mean: components.mean, factor: components.factor });
});

it('is the autoencoder where that is chosen, which is no projection', async () => {
  const x = points(600, (rng) => {
    const t = 4 * rng.next();
    return Array.from({ length: 6 }, (_, j) => Math.sin(t + j) + Math.cos(2 * t - j) + 0.02 * rng.normal());
  });
  const said: string[] = [];
  const params = await fitAuto(x, { width: 1 }, createContext({ log: (message) => said.push(message) }));
  expect(params.choice.step).toBe('autoencoder');
  expect(said).toEqual([params.choice.reason]);
  expect(auto.apply(params, x)).toMatchObject({ rows: 600, d: 1 });
  expect(auto.projection!(params)).toBeUndefined();
  expect(JSON.parse(JSON.stringify(params))).toEqual(params);
});

it('leaves rows as they are where neither helps', async () => {
  const x = points(50, (rng) => [rng.normal(), rng.normal(), rng.normal()]);
  const params = await fitAuto(x, {}, createContext());
  expect(auto.apply(params, x)).toBe(x);
  expect(auto.projection!(params)).toEqual({ mean: [0, 0, 0], factor: [1, 0, 0, 0, 1, 0, 0, 0, 1] });
});

function points(rows: number, draw: (rng: Rng) => readonly number[]): Points {
  const rng = createRng(5, 'auto');
  const data = Float64Array.from(Array.from({ length: rows }, () => draw(rng)).flat());
  return { rows, d: data.length / rows, stride: data.length / rows, data };
}
