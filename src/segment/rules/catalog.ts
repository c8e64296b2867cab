import type { Condition, ConditionKind } from '../../domain/rule.js';
import type { AnyKind } from './condition.js';
import { attribute } from './kinds/attribute.js';
import { drawn } from './kinds/drawn.js';
import { feature } from './kinds/feature.js';
import { first } from './kinds/first.js';
import { last } from './kinds/last.js';
import { performed } from './kinds/performed.js';
import { segment } from './kinds/segment.js';
import { sequence } from './kinds/sequence.js';

/** Every kind of condition, by name. */
export const ruleKinds = { feature, segment, performed, sequence, first, last, attribute, drawn } as const satisfies Record<ConditionKind, unknown>;

/** The kind of a condition, whatever its type. */
export const kindOf = (condition: Condition): AnyKind => ruleKinds[condition.kind] as unknown as AnyKind;
