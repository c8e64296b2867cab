import { describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Points } from '../../kernel/kernel.js';
import { createRng } from '../../util/rng.js';
import { chooseStep } from '../choose-step.js';
import { autoencoder, fitAutoencoder, reconstruct, type AutoencoderOptions } from './autoencoder.js';

const fit = (x: Points, over: Partial<AutoencoderOptions>, seed = 1) => fitAutoencoder(x, autoencoder.options.parse(over), createContext({ seed }));

describe('autoencoder', () => {
  it('gives rows of a bent line back through one number', async () => {
    const x = points(600, (rng) => {
      const t = 2 * rng.next() - 1;
      return [t, t * t, Math.sin(3 * t)];
    });
    const params = await fit(x, { width: 1, hidden: 16 });
    const back = reconstruct(params, x);
    expect(shareLost(x, back)).toBeLessThan(0.02);
    expect(autoencoder.apply(params, x)).toMatchObject({ rows: 600, d: 1 });
  });

  it('gives the same for the same seed, and one row alone the same as among others', async () => {
    const x = points(100, (rng) => [rng.normal(), rng.normal(), rng.normal(), rng.normal()]);
    const params = await fit(x, { epochs: 5 });
    expect(await fit(x, { epochs: 5 })).toEqual(params);
    expect(await fit(x, { epochs: 5 }, 2)).not.toEqual(params);
    expect(JSON.parse(JSON.stringify(params))).toEqual(params);
    const codes = autoencoder.apply(params, x);
    expect(codes.d).toBe(2);
    expect(autoencoder.apply(params, { rows: 1, d: 4, stride: 4, data: x.data.slice(28, 32) }).data).toEqual(codes.data.slice(14, 16));
  });

  it('ends early where held-out rows come back no better, and learns from a sample of many rows', async () => {
    let epochs = 0;
    const context = createContext({ progress: () => { epochs++; } });
    const x = points(3_000, (rng) => [rng.normal(), rng.normal()]);
    await fitAutoencoder(x, autoencoder.options.parse({ width: 1, sampleRows: 60, epochs: 5_000 }), context);
    expect(epochs).toBeLessThan(4_000);
  });

  it.each([
    ['all rows equal', points(30, () => [3, 4, 5])],
    ['one row', points(1, () => [3, 4, 5])],
    ['one feature', points(40, (rng) => [rng.normal()])],
    ['values of 1e12', points(40, (rng) => [1e12 * rng.normal(), 1e12 * rng.normal()])],
    ['500 features', points(25, (rng) => Array.from({ length: 500 }, () => rng.normal()))],
  ])('takes %s', async (_, x) => {
    const params = await fit(x, { epochs: 3 });
    expect([...params.weights, ...autoencoder.apply(params, x).data, ...reconstruct(params, x).data].every(Number.isFinite)).toBe(true);
  });

  it('refuses what is no number, and stops when asked', async () => {
    await expect(fit(points(30, () => [1, Infinity]), {})).rejects.toMatchObject({ code: 'segment/not-finite' });
    const controller = new AbortController();
    controller.abort();
    await expect(fitAutoencoder(points(30, () => [1, 2]), autoencoder.options.parse({}), createContext({ signal: controller.signal }))).rejects.toMatchObject({ code: 'run/aborted' });
  });
});

describe('choosing a step', () => {
  it('takes the autoencoder on a bent surface', async () => {
    const x = points(1_500, (rng) => {
      const [a, b] = [3 * rng.next(), 3 * rng.next()];
      return Array.from({ length: 10 }, (_, j) => Math.sin((1 + j / 6) * a + j) + Math.cos((1 + j / 8) * b - j) + 0.03 * rng.normal());
    });
    const choice = await chooseStep(x, { width: 2 }, createContext());
    expect(choice.step).toBe('autoencoder');
    expect(choice.lost!.autoencoder).toBeLessThan(0.8 * choice.lost!.pca);
    expect(choice.lost!.p).toBeLessThan(1e-6);
  }, 60_000);

  it('takes components where rows lie along straight directions', async () => {
    const x = points(800, (rng) => {
      const [a, b] = [rng.normal(), rng.normal()];
      return Array.from({ length: 8 }, (_, j) => Math.cos(j) * a + Math.sin(j) * b + 0.05 * rng.normal());
    });
    const choice = await chooseStep(x, { width: 2 }, createContext());
    expect(choice).toMatchObject({ step: 'pca', width: 2 });
    expect(choice.reason).toContain('components are used');
  });

  it('leaves features alone that say each their own', async () => {
    const x = points(400, (rng) => Array.from({ length: 8 }, () => rng.normal()));
    expect((await chooseStep(x, {}, createContext())).step).toBe('none');
  });

  it.each([
    ['few features', points(200, (rng) => [rng.normal(), rng.normal()]), 'nothing to narrow'],
    ['few rows', points(20, (rng) => Array.from({ length: 8 }, () => rng.normal())), 'too few'],
    ['all rows equal', points(200, () => [1, 2, 3, 4, 5]), 'Nothing varies'],
  ])('does nothing with %s', async (_, x, sentence) => {
    const choice = await chooseStep(x, {}, createContext());
    expect(choice.step).toBe('none');
    expect(choice.reason).toContain(sentence);
  });
});

function shareLost(x: Points, back: Points): number {
  const mean = Array.from({ length: x.d }, (_, j) => Array.from({ length: x.rows }, (_, i) => x.data[i * x.d + j]).reduce((a, b) => a + b, 0) / x.rows);
  let [lost, total] = [0, 0];
  x.data.forEach((value, v) => {
    lost += (value - back.data[v]) ** 2;
    total += (value - mean[v % x.d]) ** 2;
  });
  return lost / total;
}

function points(rows: number, draw: (rng: ReturnType<typeof createRng>) => readonly number[]): Points {
  const rng = createRng(5, 'autoencoder');
  const data = Float64Array.from(Array.from({ length: rows }, () => draw(rng)).flat());
  return { rows, d: data.length / rows, stride: data.length / rows, data };
}
