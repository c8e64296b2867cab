import type { LinearModel, LinearTerm } from '../domain/forest.js';
import { modelSql, type ModelSqlOptions } from './model-sql.js';

/** Terms per step of the sum that are added one after the other; engines bound how deep expressions lie in each other. */
const together = 100;

/** A weighted sum as one query (see `modelSql`); NULL and NaN are missing, and so is a category that the model does not know. */
export function linearSql(model: LinearModel, options: ModelSqlOptions): string {
  const { dialect } = options;
  return modelSql(model, (columns) => Array.from(model.base, (base, o) => {
    const terms = model.terms.filter(({ weights }) => weights[o] !== 0).map((term) => `${dialect.literal(term.weights[o])} * ${valueOf(term)}`);
    const parts = Array.from({ length: Math.ceil(terms.length / together) }, (_, part) => `(${terms.slice(part * together, (part + 1) * together).join('\n  + ')})`);
    return [dialect.literal(base), ...parts].join('\n  + ');

    function valueOf({ input, category, fill, low, high, log, centre, scale }: LinearTerm): string {
      if (category === undefined) {
        const known = `COALESCE(${columns.number(input)}, ${dialect.literal(fill)})`;
        const raised = low === -Infinity ? known : `GREATEST(${known}, ${dialect.literal(low)})`;
        const x = high === Infinity ? raised : `LEAST(${raised}, ${dialect.literal(high)})`;
        return `((${log ? `SIGN(${x}) * ${dialect.ln(`${dialect.literal(1)} + ABS(${x})`)}` : x} - ${dialect.literal(centre)}) * ${dialect.literal(scale)})`;
      }
      const names = model.inputs[input].categories;
      const [one, zero] = [dialect.literal(1), dialect.literal(0)];
      if (category >= 0) return `CASE WHEN ${names ? `${columns.text(input)} = ${dialect.text(names[category])}` : `${columns.number(input)} = ${dialect.literal(category)}`} THEN ${one} ELSE ${zero} END`;
      const known = names?.length ? `${columns.text(input)} IN (${names.map((name) => dialect.text(name)).join(', ')})` : `${columns.number(input)} IS NOT NULL`;
      return `CASE WHEN ${known} THEN ${zero} ELSE ${one} END`;
    }
  }), options);
}
