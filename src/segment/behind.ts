import { z } from 'zod';
import type { Form, Forms } from '../domain/forms.js';
import type { Points } from '../kernel/kernel.js';
import type { AnyAlgorithm } from './algorithm.js';
import type { AnyStep, Projection } from './step.js';

/** Parameters of an algorithm behind a step: those of both. */
export interface BehindParams {
  /** Number of segments. */
  readonly k: number;
  readonly step: unknown;
  readonly model: unknown;
}

/**
 * An algorithm that sees what a step makes of the rows. It has the options of both, those of the step with its name before them (`pcaComponents`); behind a
 * projection the forms of the algorithm become forms of the rows themselves, so SQL and the browser need not know of the step.
 */
export function behind(step: AnyStep, algorithm: AnyAlgorithm): AnyAlgorithm {
  // Columns named by a person are columns of the rows, not of what the step makes of them: nothing there is a category.
  const { categorical: _, ...shape } = algorithm.options.shape;
  const own = Object.keys(step.options.shape).map((option) => ({ option, as: step.name + option[0].toUpperCase() + option.slice(1) }));
  return {
    name: `${step.name}+${algorithm.name}`,
    title: `${algorithm.title} behind ${step.title[0].toLowerCase()}${step.title.slice(1)}`,
    options: z.strictObject({ ...shape, ...Object.fromEntries(own.map(({ option, as }) => [as, step.options.shape[option]])) }),
    traits: algorithm.traits,
    forRows: algorithm.forRows,
    async fit(x, options, context, kernel): Promise<BehindParams> {
      const given = { ...(options as Record<string, unknown>) };
      const forStep = Object.fromEntries(own.filter(({ as }) => given[as] !== undefined).map(({ option, as }) => [option, given[as]]));
      for (const { as } of own) delete given[as];
      const made = await step.fit(x, forStep, context, kernel);
      const seen = step.apply(made, x);
      const model = await algorithm.fit(seen, algorithm.options.parse(given), context, kernel);
      return { k: (model as { k: number }).k, step: made, model };
    },
    assign(params, x) {
      const { step: made, model } = params as BehindParams;
      return algorithm.assign(model, step.apply(made, x));
    },
    ...(algorithm.memberships && {
      memberships(params: unknown, x: Points) {
        const { step: made, model } = params as BehindParams;
        return algorithm.memberships!(model, step.apply(made, x));
      },
    }),
    forms(params) {
      const { step: made, model } = params as BehindParams;
      const projection = step.projection?.(made);
      const forms = projection && algorithm.forms?.(model);
      return projection && forms && !forms.indicators ? formsBehind(projection, forms) : undefined;
    },
  };
}

/** Forms of what a projection makes of rows, as forms of the rows: ‖G (F (z − mean) − c)‖ = ‖G F (z − (mean + Fᵀ c))‖. */
export function formsBehind({ mean, factor }: Projection, forms: Forms): Forms {
  const d = mean.length;
  return { ...forms, d, forms: forms.forms.map((form): Form => ({
    segment: form.segment, offset: form.offset, factor: productOf(form, factor, forms.d, d),
    centre: mean.map((middle, j) => form.centre.reduce((sum, value, c) => sum + value * factor[c * d + j], middle)),
  })) };
}

function productOf({ scale, factor: outer }: Form, factor: readonly number[], p: number, d: number): readonly number[] {
  if (scale) return factor.map((value, v) => value * scale[Math.floor(v / d)]);
  if (!outer) return factor;
  return Array.from({ length: (outer.length / p) * d }, (_, v) => {
    let sum = 0;
    for (let c = 0; c < p; c++) sum += outer[Math.floor(v / d) * p + c] * factor[c * d + (v % d)];
    return sum;
  });
}
