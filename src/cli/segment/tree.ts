import { z } from 'zod';
import type { SegmentTree, TreeNode } from '../../domain/tree.js';
import { loadRun } from '../../flow/saved.js';
import { formatPercent } from '../../util/format-value.js';
import type { Command } from '../command.js';
import { openSession } from '../session.js';
import { openTerminal, table, type Terminal } from '../terminal.js';

const options = z.strictObject({
  out: z.string().min(1).default('shoal-out').describe('Folder of the run').meta({ value: '<folder>' }),
  leaves: z.number().int().min(2, 'must be at least 2').max(200, 'must be at most 200').optional().describe('Most leaves; by default two per segment'),
  sql: z.boolean().default(false).describe('Print the tree as a SQL expression over the features'),
  json: z.boolean().default(false).describe('Print the tree as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

export const treeCommand: Command<typeof options> = {
  name: 'segment tree',
  summary: 'The whole partition of a run as a few yes/no questions, with what is lost by asking so simply.',
  options,
  examples: [
    ['shoal segment tree', 'of the run in shoal-out/'],
    ['shoal segment tree --leaves 12 --sql', 'a finer one, as SQL'],
  ],
  async run({ options: { out, leaves, sql, json, quiet } }) {
    const terminal = openTerminal({ json, quiet });
    const session = openSession(terminal, {});
    try {
      const run = await loadRun(out, session.context);
      const tree = run.tree(leaves);
      terminal.data(tree ?? null);
      if (!tree) return terminal.say('Nobody is in a segment, so there is nothing to ask.');
      if (sql) return terminal.say(tree.sql);
      const names = run.report.segments.map(({ name }) => name);
      for (const line of story(tree, names, terminal.paint)) terminal.say(line);
    } finally {
      session.close();
    }
  },
};

function story(tree: SegmentTree, names: readonly string[], paint: Terminal['paint']): string[] {
  const rows = tree.segments.map(({ segment, precision, recall, fidelity }) => [names[segment], formatPercent(precision), formatPercent(recall), formatPercent(fidelity)]);
  return [
    ...branch(tree.root, names, paint), '',
    ...table(['Segment', 'Precision', 'Recall', 'F1'], rows, new Set([1, 2, 3]), paint), '',
    `${tree.leaves} leaves. On ${tree.heldOutRows.toLocaleString('en')} held-out rows the tree puts ${formatPercent(tree.fidelity)} into their own segment; its segments are ${formatPercent(tree.price - 1)} wider than the model's (price ${tree.price.toFixed(3)}).`,
  ];
}

function branch(node: TreeNode, names: readonly string[], paint: Terminal['paint'], indent = ''): string[] {
  if ('segment' in node) return [`${indent}→ ${paint.bold(names[node.segment])} ${paint.dim(`${formatPercent(node.share)} of all, ${formatPercent(node.purity)} of them rightly`)}`];
  return [`${indent}${node.text}?`, `${indent}yes`, ...branch(node.left, names, paint, `${indent}  `), `${indent}no`, ...branch(node.right, names, paint, `${indent}  `)];
}
