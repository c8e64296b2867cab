import type { PredictionModel } from '../domain/prediction.js';
import { formatCount, formatNumber, formatPercent } from '../util/format-value.js';

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const list = (items: readonly string[]) => `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  `<table><thead><tr>${head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('')}</tbody></table>`;

/** Shares 0–1 on both axes, a diagonal to compare with, and a curve; `bars` are ranges that hold each point. */
function curve(title: string, x: string, y: string, points: readonly { readonly x: number; readonly y: number; readonly low?: number; readonly high?: number }[]): string {
  const [px, py] = [(share: number) => (40 + 240 * share).toFixed(1), (share: number) => (260 - 240 * share).toFixed(1)];
  const bars = points.flatMap((point) => (point.low === undefined ? [] : [`<line x1="${px(point.x)}" x2="${px(point.x)}" y1="${py(point.low)}" y2="${py(point.high!)}" class="bar"/>`]));
  const dots = points.map((point) => `<circle cx="${px(point.x)}" cy="${py(point.y)}" r="3"/>`);
  return `<figure><svg viewBox="0 0 300 300" role="img" aria-label="${escaped(title)}"><path d="M40 20V260H280" class="axis"/><path d="M40 260L280 20" class="even"/>${bars.join('')}<polyline points="${points.map((point) => `${px(point.x)},${py(point.y)}`).join(' ')}"/>${dots.join('')}` +
    `<text x="160" y="290" text-anchor="middle">${escaped(x)}</text><text x="14" y="140" text-anchor="middle" transform="rotate(-90 14 140)">${escaped(y)}</text></svg><figcaption>${escaped(title)}</figcaption></figure>`;
}

/** Model cards as one self-contained page, with the curves of calibration and gain; no script, nothing is loaded. */
export function cardHtml(models: readonly Pick<PredictionModel, 'card' | 'evaluation' | 'predictor'>[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Model card</title>
<style>
:root { color-scheme: light dark; } body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { padding: .2rem .8rem .2rem 0; text-align: right; } th:first-child, td:first-child { text-align: left; }
figure { display: inline-block; width: min(20rem, 100%); margin: 0 1rem 1rem 0; } figcaption { font-size: .9rem; } svg text { font-size: 11px; fill: currentColor; }
.axis { fill: none; stroke: currentColor; } .even { stroke: currentColor; stroke-dasharray: 4; opacity: .4; } polyline { fill: none; stroke: #1c7ed6; stroke-width: 2; } circle { fill: #1c7ed6; } .bar { stroke: #1c7ed6; opacity: .5; }
</style></head><body>
${models.map(section).join('\n<hr>\n')}
</body></html>
`;
}

function section({ card, evaluation, predictor }: Pick<PredictionModel, 'card' | 'evaluation' | 'predictor'>): string {
  const share = (value: number) => (evaluation.task === 'regression' ? formatNumber(value) : formatPercent(value));
  const curves = evaluation.task === 'binary'
    ? [
        curve('Calibration: what was predicted against what happened, with 95 % ranges', 'Predicted', 'Happened', evaluation.calibration.map(({ predicted, observed }) => ({ x: predicted, y: observed.value, low: observed.low, high: observed.high }))),
        curve('Gain: the likeliest share of everyone, and the share of all there are that it holds', 'Likeliest', 'Held', [{ x: 0, y: 0 }, ...evaluation.gain.map((point) => ({ x: point.share, y: point.captured }))]),
      ].join('')
    : '';
  const groups = card.segments.map(({ by, scores }) => `<h2>${escaped(by)}</h2>${table(['Group', 'Rows', 'Happened', 'Predicted', 'AUC'], scores.map((score) => [score.segment, formatCount(score.rows), share(score.observed), share(score.predicted), score.auc === undefined ? '' : score.auc.toFixed(3)]))}`);
  return `<h1>${escaped(card.title)}</h1><p>${escaped(card.question)}</p>${card.reason ? `<p>Why this: ${escaped(card.reason)}</p>` : ''}
<h2>How well</h2>${list(card.result)}${curves}
<h2>Learnt from</h2>${list(card.data)}
<h2>Limits</h2>${list(card.limits)}
${groups.join('')}
${card.importance.length ? `<h2>What it looks at</h2>${table(['Column', 'Importance'], card.importance.slice(0, 20).map(({ title, value }) => [title, value.toFixed(4)]))}` : ''}
<p>Predictor: ${escaped(predictor)}.</p>`;
}
