import { conditionSchemas } from '../../../domain/rule.js';
import { exactNumber, quoted } from '../exactly.js';
import { rowsWhere } from '../bits.js';
import { defineKind } from '../condition.js';
import { segmentNamed } from '../vocabulary.js';

/** Strength counts to four digits, as it is written in the files of a run. */
const steps = (strength: number) => Math.round(strength * 10_000);

export const segment = defineKind({
  name: 'segment',
  title: 'Which segment they are in',
  schema: conditionSchemas.segment,
  words({ segment: id, strength }, vocabulary) {
    const { name } = segmentNamed(vocabulary, id);
    return `in the segment ${quoted(name)}${strength ? ` with a strength of at least ${exactNumber(strength)}` : ''}`;
  },
  sql({ segment: id, strength }, { dialect: d, relations, vocabulary }) {
    const { segment: position } = segmentNamed(vocabulary, id);
    const firmly = strength ? ` AND ${d.round(`${d.double('"strength"')} * 10000`)} >= ${steps(strength)}` : '';
    return `SELECT "entity" FROM ${relations.membership} WHERE "segment" = ${position}${firmly}`;
  },
  async bits({ segment: id, strength = 0 }, { rows, vocabulary, membership }) {
    const { segment: position } = segmentNamed(vocabulary, id);
    const { segment: labels, strength: strengths } = await membership();
    const least = steps(strength);
    return rowsWhere(rows, (row) => labels[row] === position && (least === 0 || steps(strengths[row]) >= least));
  },
  reads: () => [],
  live({ segment: id, strength = 0 }, { vocabulary, isLive }) {
    segmentNamed(vocabulary, id);
    if (isLive(id)) return {
      events: [], traits: [], segments: [id], touches: () => false,
      verdict: (facts) => ({ holds: facts.member(id), until: Infinity }),
      evidence: (facts) => ({ value: facts.member(id), rows: [] }),
    };
    const least = steps(strength);
    return {
      events: 'any', traits: [], segments: [], touches: () => true,
      verdict(facts, asOf) {
        const { value, until } = facts.strength(id, asOf);
        return { holds: !Number.isNaN(value) && (least === 0 || steps(value) >= least), until };
      },
      evidence(facts, asOf) {
        const { value } = facts.strength(id, asOf);
        return { ...(!Number.isNaN(value) && { value }), rows: [] };
      },
    };
  },
  example: { given: { kind: 'segment', segment: 'loyal-regulars', strength: 0.7 }, words: 'in the segment ‘Loyal regulars’ with a strength of at least 0.7' },
  failing: [
    { given: { kind: 'segment', segment: 'loyal-regular' }, says: "no segment 'loyal-regular'. Did you mean 'loyal-regulars'?" },
    { given: { kind: 'segment', segment: 'Loyal regulars' }, says: "Did you mean 'loyal-regulars'?" },
    { given: { kind: 'segment', segment: 'loyal-regulars', strength: 2 }, says: 'strength must be between 0 and 1' },
    { given: { kind: 'segment', segment: 'zzz' }, says: 'Choose one that it found' },
  ],
});
