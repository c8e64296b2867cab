import type { Criterion } from '../../domain/choice.js';
import { chooseSegments, type Chosen } from '../../flow/segment.js';
import type { Command } from '../command.js';
import { inputs, inputOptions, questionOptions } from '../inputs.js';
import { openSession } from '../session.js';
import { rareStory } from './rare.js';
import { openTerminal, table, type Terminal } from '../terminal.js';

const options = questionOptions.extend({ k: inputOptions.shape.k });

export const chooseCommand: Command<typeof options> = {
  name: 'segment choose',
  summary: 'Whether there are segments and how many: the two gates, and what every usual criterion would have said.',
  positionals: '<files…>',
  options,
  examples: [
    ['shoal segment choose orders.csv', 'the verdict, and all scores'],
    ['shoal segment choose orders.csv --max-k 20 --json', 'more segments tried, as JSON'],
  ],
  async run({ positionals, options: given }) {
    const { files, settings } = await inputs('segment choose', positionals, given);
    const terminal = openTerminal(given);
    const session = openSession(terminal, settings);
    try {
      const found = await chooseSegments(files, settings, session.context);
      terminal.done();
      terminal.data(found);
      for (const line of story(found, terminal.paint)) terminal.say(line);
    } finally {
      session.close();
    }
  },
};

const titles: Record<Criterion['name'], string> = {
  'prediction-strength': 'Strength', silhouette: 'Silhouette', 'davies-bouldin': 'Davies–B.', 'calinski-harabasz': 'Caliński–H.', gap: 'Gap', bic: 'BIC', elbow: 'Elbow (SSE)',
};

function story({ entities, features, entityWord, choice, rare }: Chosen, paint: Terminal['paint']): string[] {
  const criteria = choice.criteria ?? [];
  const ks = [...new Set(criteria.flatMap(({ values }) => values.map(({ k }) => k)))].sort((a, b) => a - b);
  const cell = (criterion: Criterion, k: number) => {
    const found = criterion.values.find((value) => value.k === k);
    return found ? `${short(found.value)}${criterion.k === k ? paint.cyan('◂') : ' '}` : '';
  };
  const rows = ks.map((k) => [String(k), ...criteria.map((criterion) => cell(criterion, k))]);
  const head = ['k', ...criteria.map(({ name }) => `${titles[name]} `)];
  return [
    paint.bold(choice.verdict === 'segments' ? `${choice.k} segments among ${entities.toLocaleString('en')} ${entityWord.many} are proven.` : `No separate segments are proven among ${entities.toLocaleString('en')} ${entityWord.many}.`),
    choice.reason, choice.power, '',
    ...table(head, rows, new Set(head.keys()), paint), '',
    `◂ would be chosen by that criterion: ${criteria.map(({ name, rule, k }) => `${titles[name]} ${k === 1 ? 'none' : k} (${rule})`).join('; ')}.`,
    paint.dim(`None of them decides. Seen through ${features} features.`), '',
    ...rareStory(rare, paint),
  ];
}

function short(value: number): string {
  const size = Math.abs(value);
  return size >= 1e5 ? value.toExponential(2) : size >= 100 ? value.toFixed(0) : value.toFixed(size >= 10 ? 1 : 3);
}
