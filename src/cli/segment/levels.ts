import { z } from 'zod';
import type { LevelSegment } from '../../domain/segment.js';
import { nestedSegments } from '../../flow/segment.js';
import type { Command } from '../command.js';
import { inputs, questionOptions, setOption } from '../inputs.js';
import { openSession } from '../session.js';
import { openTerminal, type Terminal } from '../terminal.js';

const options = questionOptions.extend({
  ...setOption,
  level: z.array(z.number().int().min(1, 'must be at least 1').max(500, 'must be at most 500')).optional()
    .describe('How many segments at a level; say it once per level. By default as many as are proven or convenient, and three times as many').meta({ value: '<number>' }),
});

export const levelsCommand: Command<typeof options> = {
  name: 'segment levels',
  summary: 'Broad segments and the micro-segments inside them, named at every level.',
  positionals: '<files…>',
  options,
  examples: [
    ['shoal segment levels orders.csv', 'two levels'],
    ['shoal segment levels orders.csv --level 3 --level 8 --level 20', 'three levels of your choice'],
    ['shoal segment levels orders.csv --set method=average', 'another dendrogram'],
  ],
  async run({ positionals, options: { level, ...given } }) {
    const { files, settings } = await inputs('segment levels', positionals, given);
    const terminal = openTerminal(given);
    const session = openSession(terminal, settings);
    try {
      const found = await nestedSegments(files, settings, level, session.context);
      terminal.done();
      terminal.data(found);
      for (const line of outline(found.levels, terminal.paint)) terminal.say(line);
      if (found.agreement !== undefined) terminal.say(`\nSo many ${found.entityWord.many} were gathered into small groups first; the dendrogram of these agrees with the exact one of a sample to ${found.agreement.toFixed(2)} (cophenetic correlation).`);
    } finally {
      session.close();
    }
  },
};

/** Every segment under the one it lies in. */
function outline(levels: readonly (readonly LevelSegment[])[], paint: Terminal['paint'], depth = 0, parent?: number): string[] {
  return (levels[depth] ?? []).filter((one) => one.parent === parent).flatMap((one) => {
    const inside = (levels[depth + 1] ?? []).filter((child) => child.parent === one.segment);
    const indent = '  '.repeat(depth);
    return [`${indent}${depth === 0 ? paint.bold(one.name) : one.name}`, `${indent}  ${paint.dim(one.narrative)}`, ...(inside.length > 1 ? outline(levels, paint, depth + 1, one.segment) : [])];
  });
}
