import type { Report } from '../../../src/domain/report.js';

export interface SectionLink {
  readonly id: string;
  readonly title: string;
}

/** The parts of this report, in the order of the page; what the data does not have is not listed. */
export function sectionsOf(report: Report): SectionLink[] {
  const all: [string, string, boolean][] = [
    ['overview', 'Overview', true],
    ['map', 'Map', true],
    ['segments', report.choice.verdict === 'segments' ? 'Segments' : 'Slices', true],
    ['tree', 'In a few questions', report.tree !== undefined],
    ['heatmap', 'What sets them apart', true],
    ['distributions', 'Distributions', report.distributions.length > 0],
    ['predictions', 'What comes next', report.predictions !== undefined],
    ['worth', 'What they will be worth', report.worth !== undefined],
    ['tiers', 'Value tiers', report.tiers.length > 0],
    ['choice', 'How many, and why', true],
    ['data', 'Data audit', true],
    ['method', 'Method and run', true],
  ];
  return all.filter(([, , shown]) => shown).map(([id, title]) => ({ id, title }));
}
