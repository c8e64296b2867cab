import type { RowBits } from '../../domain/answer.js';
import type { Rule } from '../../domain/rule.js';
import { ShoalError } from '../../errors.js';
import type { RulePreview, RuleVocabulary } from '../contract/segments.js';
import type { Reading } from './reading.js';

/** What a rule comes to in a run. */
export interface RuleMeasure {
  readonly entities: number;
  readonly share: number;
  readonly revenueShare?: number;
  readonly words: string;
  readonly sql: string;
}

/** What a preview is told beside the rule. */
export interface PreviewOptions {
  /** Names that found segments bear now, by id. */
  readonly names: readonly (readonly [id: string, name: string])[];
  /** Segments made by hand: whom it may overlap with, beside the found ones. */
  readonly others: readonly { readonly id: string; readonly name: string; readonly rule: Rule }[];
  /** Members to show at most. */
  readonly sample: number;
}

const missing = (): never => {
  throw new ShoalError('engine/unsupported', { dialect: 'workbench', what: 'rules yet' });
};

/** Questions about rules, on a run. */
export const ruleOperations = {
  async vocabulary(_: Reading, _run: string): Promise<Omit<RuleVocabulary, 'run'>> {
    return missing();
  },
  /** The rows in a rule. */
  async ruleMembers(_: Reading, _run: string, _rule: Rule): Promise<RowBits> {
    return missing();
  },
  async ruleMeasure(_: Reading, _run: string, _rule: Rule): Promise<RuleMeasure> {
    return missing();
  },
  /** Whether a row is in each of the rules. */
  async ruleBelongs(_: Reading, _run: string, _row: number, _rules: readonly Rule[]): Promise<boolean[]> {
    return missing();
  },
  async rulePreview(_: Reading, _run: string, _rule: Rule, _options: PreviewOptions): Promise<Omit<RulePreview, 'run'>> {
    return missing();
  },
};
