import type { CommandGroup } from '../command.js';
import { adviseCommand } from './advise.js';
import { algorithmsCommand } from './algorithms.js';
import { alignCommand } from './align.js';
import { chooseCommand } from './choose.js';
import { compareCommand } from './compare.js';
import { edgeCommand } from './edge.js';
import { fitCommand } from './fit.js';
import { levelsCommand } from './levels.js';
import { rareCommand } from './rare.js';
import { ruleCommand } from './rule.js';
import { treeCommand } from './tree.js';
import { unusualCommand } from './unusual.js';

export const segmentCommands: CommandGroup = {
  name: 'segment',
  summary: 'Choose, fit, compare and explain segments with any algorithm.',
  commands: {
    advise: adviseCommand, choose: chooseCommand, rare: rareCommand, unusual: unusualCommand, fit: fitCommand, levels: levelsCommand,
    tree: treeCommand, rule: ruleCommand, edge: edgeCommand, compare: compareCommand, align: alignCommand, algorithms: algorithmsCommand,
  },
};
