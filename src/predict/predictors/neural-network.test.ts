import { describe, expect, it } from 'vitest';
import { createRng } from '../../util/rng.js';
import type { DesignRows } from '../design.js';
import { Network } from './neural-network.js';

describe('a neural network', () => {
  it('sends back the slopes that finite differences give', () => {
    const rng = createRng(3, 'network');
    const rows: DesignRows = { rows: 1, columns: 5, numbers: 3, dense: Float64Array.from({ length: 3 }, () => rng.normal()), slots: 2, codes: Int32Array.of(4, -1) };
    const sizes = [5, 6, 4, 2];
    const layers = sizes.slice(1).map((to, l) => Float64Array.from({ length: to * (sizes[l] + 1) }, () => rng.normal()));
    const network = new Network(sizes, layers);
    // Half the squared distance of the outputs from (1, −1).
    const loss = () => { const [a, b] = network.forward(rows, 0); return ((a - 1) ** 2 + (b + 1) ** 2) / 2; };
    const [a, b] = network.forward(rows, 0);
    const gradients = layers.map((layer) => new Float64Array(layer.length));
    network.backward(rows, 0, Float64Array.of(a - 1, b + 1), gradients);
    let steep = 0;
    layers.forEach((layer, l) => layer.forEach((weight, w) => {
      const h = 1e-6;
      layer[w] = weight + h;
      const above = loss();
      layer[w] = weight - h;
      const below = loss();
      layer[w] = weight;
      expect(Math.abs((above - below) / (2 * h) - gradients[l][w])).toBeLessThan(1e-5 * Math.max(1, Math.abs(gradients[l][w])));
      steep = Math.max(steep, Math.abs(gradients[l][w]));
    }));
    expect(steep).toBeGreaterThan(0.1);
  });
});
