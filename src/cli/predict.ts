import { basename, join, relative } from 'node:path';
import { z } from 'zod';
import { predictFilesOptions } from '../flow/predict/config.js';
import { predict, type Predicted } from '../flow/predict/predict.js';
import type { CustomerValue } from '../flow/value.js';
import type { TargetPredictions } from '../flow/predict/target-predictions.js';
import { bands } from '../predict/bands.js';
import { ShoalError } from '../errors.js';
import { formatCount, formatMoney, formatNumber, formatPercent } from '../util/format-value.js';
import { cleanText, upperFirst } from '../util/words.js';
import type { Command } from './command.js';
import { inputOptions } from './inputs.js';
import { openSession } from './session.js';
import { openTerminal, table, type Terminal } from './terminal.js';

const options = predictFilesOptions.extend({
  out: z.string().min(1).default('shoal-out').describe('Folder for the results').meta({ value: '<folder>' }),
  json: inputOptions.shape.json,
  quiet: inputOptions.shape.quiet,
});

export const predictCommand: Command<typeof options> = {
  name: 'predict',
  summary: 'Predicts who will do what next, calibrated, and tested on time that was not learnt from.',
  positionals: '<files…>',
  options,
  details: 'Without a target: a column that says what happened (churn, response); else, of orders or events with times, who comes back and who lapses. What is learnt from is as it was known then.',
  examples: [
    ['shoal predict customers.csv', 'the column that says what happened; predictions and a model card in shoal-out'],
    ['shoal predict orders.csv', 'who orders again, and who lapses, over a time that suits the data'],
    ["shoal predict orders.csv --target 'any orders 30d' --capacity 500", 'the 500 likeliest to order within 30 days'],
    ['shoal predict orders.csv --value', 'also what everyone will buy and be worth within a year'],
    ["shoal predict orders.csv customers.csv --target 'amount orders over 500 365d'", 'who is worth over 500 in the next year'],
    ['shoal predict patients.csv --target readmitted=<30 --cost 10:1', 'missing one costs ten times a false alarm'],
  ],
  async run({ positionals, options: { out, json, quiet, ...settings } }) {
    if (positionals.length === 0) throw new ShoalError('cli/usage', { message: "'shoal predict' needs files, for example: shoal predict orders.csv" });
    const terminal = openTerminal({ json, quiet });
    const session = openSession(terminal, settings);
    const started = performance.now();
    try {
      const found = await predict(positionals, { previous: out, ...settings }, session.context);
      try {
        session.context.progress({ stage: 'write' });
        const written = await found.write(out);
        terminal.done();
        terminal.data(document(found));
        for (const line of story(found, written, out, performance.now() - started, terminal.paint)) terminal.say(line);
      } finally {
        await found.close();
      }
    } finally {
      session.close();
    }
  },
};

/** The result for machines: without what a model was fitted to, which the model's file holds. */
function document({ entityWord, targets, skipped, asOf, value }: Predicted) {
  return { ...(value && { value: { ...value, columns: Object.fromEntries(Object.entries(value.columns).map(([name, column]) => [name, Array.from(column as Float64Array)])) } }), asOf, entityWord, skipped, targets: targets.map(({ name, model: { params: _, interval: __, ...model }, predictions }) => ({ name, model, predictions })) };
}

/** What a person reads when it is done. */
function story({ inferred, targets, skipped, entityWord, value }: Predicted, written: readonly string[], out: string, ms: number, paint: Terminal['paint']): string[] {
  const lines = inferred.map((line) => paint.dim(line));
  for (const target of targets) lines.push('', ...told(target, entityWord.many, paint));
  if (value) lines.push('', ...worth(value, entityWord.many, paint));
  for (const one of skipped) lines.push('', `${paint.yellow('!')} ${one}`);
  lines.push('', `${(ms / 1000).toFixed(1)} s. ${paint.cyan(join(relative('.', out) || '.', 'predictions.csv'))}  ${paint.dim(`(beside it: ${written.slice(1).map((path) => basename(path)).join(', ')})`)}`);
  return lines;
}

/** What everyone is worth together, and how the same did on what was held back. */
function worth({ all, horizonDays, level, why, trial, notes, currency }: CustomerValue, many: string, paint: Terminal['paint']): string[] {
  const [low, high] = all.interval;
  const amount = (x: number) => (all.value === undefined ? formatCount(Math.round(x)) : formatMoney(x, currency));
  return [
    paint.bold(`What will the ${many} be worth within ${formatCount(horizonDays)} days?`), ...why, '',
    `${all.alive === undefined ? '' : `${formatCount(Math.round(all.alive))} of ${formatCount(all.entities)} ${many} are still there; `}${formatCount(Math.round(all.purchases))} purchases are expected${all.value === undefined ? '' : `, worth ${formatMoney(all.value, currency)}`} (${formatPercent(level)} range ${amount(low)}–${amount(high)}).`,
    trial,
    ...notes.map((note) => `${paint.yellow('!')} ${note}`),
  ];
}

function told({ model, predictions }: TargetPredictions, many: string, paint: Terminal['paint']): string[] {
  const { card, task, classes } = model;
  const lines = [paint.bold(card.question), ...(card.reason ? [card.reason] : []), '', ...card.result, ''];
  if (task === 'regression') {
    const values = predictions.map(({ value }) => value!).sort((a, b) => a - b);
    const at = (share: number) => formatNumber(values[Math.floor(share * (values.length - 1))]);
    lines.push(`Expected: half of the ${many} less than ${at(0.5)}, a tenth more than ${at(0.9)}.`);
    const first = predictions.find(({ low }) => low !== undefined);
    if (first) lines.push(`Beside each is the range that holds 80 of 100: of ${cleanText(first.entity, 40)} ${formatNumber(first.value!)} (${formatNumber(first.low!)}–${formatNumber(first.high!)}).`);
  } else {
    const of = (key: string | undefined) => predictions.filter((one) => (task === 'multiclass' ? one.answer : one.band) === key).length;
    const rows = (task === 'multiclass' ? classes! : bands.map(({ band }) => band)).map((key) => [upperFirst(key), formatCount(of(key)), formatPercent(of(key) / predictions.length)]);
    const lapsed = predictions.filter(({ probability }) => probability === undefined).length;
    if (lapsed) rows.push(['Lapsed already', formatCount(lapsed), formatPercent(lapsed / predictions.length)]);
    lines.push(...table([task === 'binary' ? 'Chance' : 'Answer', upperFirst(many), 'Share'], rows, new Set([1, 2]), paint));
  }
  const warnings = [...model.leftOut.filter(({ why }) => why === 'twin').map(({ sentence }) => `Left out: ${sentence}`), ...card.limits];
  return [...lines, ...(warnings.length ? ['', ...warnings.map((warning) => `${paint.yellow('!')} ${warning}`)] : [])];
}
