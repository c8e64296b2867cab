import { basename } from 'node:path';
import type { Report, Run } from '../domain/report.js';
import { distributions, heatmap, tellingFeatures } from '../explain/distribution.js';
import { map } from '../explain/map.js';
import { formatCount, formatMoney, formatPercent } from '../util/format-value.js';
import { countWord, upperFirst } from '../util/words.js';
import type { Context } from '../context.js';
import type { Findings } from './batch.js';
import { predictionStories } from './predict/stories.js';

/** Puts what was found into the one document that the report shows and `segments.json` holds. */
export function report(findings: Findings, run: Run, options: { title?: string }, context: Context): Report {
  const { ingested, table, matrix, choice, profiles, stability, briefs, contrast, currency, entityWord } = findings;
  const shown = tellingFeatures(contrast);
  const encodings = new Map(matrix.encoder.features.map((feature) => [feature.name, feature]));
  return {
    title: options.title ?? titleOf(findings),
    run,
    entityWord,
    currency,
    totals: totalsOf(findings),
    headline: headline(findings),
    sources: ingested.sources.map(({ name, kind, path, format, columns, audit }) => ({ name, kind, path: basename(path), format, columns, audit })),
    features: table.features.map((feature) => ({ ...feature, encoding: encodings.get(feature.name) })),
    encodingNotes: findings.notes,
    choice,
    segments: profiles.map((profile, i) => ({ ...profile, stability: stability[i], brief: briefs[i] })),
    since: findings.since,
    tree: findings.tree,
    steadiness: findings.steadiness,
    ...(findings.predictions && { predictions: predictionStories(findings.predictions, findings) }),
    ...(findings.worth && { worth: findings.worth }),
    tiers: findings.tiers,
    lints: findings.lints,
    map: map(findings, context),
    heatmap: heatmap(contrast, shown),
    distributions: distributions(findings, contrast, shown),
    rhythm: findings.rhythm,
  };
}

function titleOf({ ingested, entityWord }: Findings): string {
  const main = ingested.sources.find((source) => ingested.entity.sources.includes(source.name)) ?? ingested.sources[0];
  return `${upperFirst(entityWord.one)} segments in ${main.name}`;
}

function totalsOf({ ingested, table }: Findings): Report['totals'] {
  const sum = (name: string) => {
    const j = table.features.findIndex((feature) => feature.name === name);
    return j < 0 ? undefined : Math.round(table.columns[j].reduce((total, x) => total + (Number.isNaN(x) ? 0 : x), 0) * 100) / 100;
  };
  return {
    entities: table.rows,
    rows: ingested.sources.reduce((total, source) => total + source.audit.rowsIn, 0),
    orders: sum('orders'),
    revenue: sum('spend'),
    from: ingested.span?.from,
    to: ingested.span?.to,
  };
}

/** The one sentence to remember. */
function headline({ profiles, choice, table, entityWord, currency }: Findings): string {
  const everyone = `${formatCount(table.rows)} ${entityWord.many}`;
  const best = [...profiles].sort((a, b) => (b.revenueShare ?? 0) - (a.revenueShare ?? 0))[0];
  const money = best?.revenueShare !== undefined && best.revenueShare > best.share * 1.2
    ? ` “${best.name}” are ${formatPercent(best.share)} of them and bring ${formatPercent(best.revenueShare)} of the revenue (${formatMoney(best.revenue ?? 0, currency)}).`
    : '';
  if (choice.verdict === 'segments') return `${upperFirst(countWord(profiles.length))} segments among ${everyone}, proven on held-out data.${money}`;
  if (choice.asked && choice.asked.proven > 1) return `${upperFirst(countWord(profiles.length))} segments among ${everyone}, as asked (${choice.asked.title}); they are not the ${countWord(choice.asked.proven)} that are proven.${money}`;
  return `${upperFirst(everyone)} form a continuum: no separate segments are proven. The ${countWord(profiles.length)} shown are convenient slices of it.${money}`;
}
