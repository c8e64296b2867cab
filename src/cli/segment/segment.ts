import type { CommandGroup } from '../command.js';
import { algorithmsCommand } from './algorithms.js';
import { alignCommand } from './align.js';
import { chooseCommand } from './choose.js';
import { fitCommand } from './fit.js';
import { levelsCommand } from './levels.js';
import { treeCommand } from './tree.js';

export const segmentCommands: CommandGroup = {
  name: 'segment',
  summary: 'Choose, fit, compare and explain segments with any algorithm.',
  commands: { choose: chooseCommand, fit: fitCommand, levels: levelsCommand, tree: treeCommand, align: alignCommand, algorithms: algorithmsCommand },
};
