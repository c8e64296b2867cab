import { readFile } from 'node:fs/promises';
import { isFound, type LiveDefinition } from '../domain/live.js';
import { ShoalError } from '../errors.js';
import { kindOf } from '../segment/rules/catalog.js';
import { vocabularyFor } from '../segment/rules/live-vocabulary.js';
import type { Vocabulary } from '../segment/rules/vocabulary.js';
import { leavesOf } from '../segment/rules/words.js';
import { fingerprint } from '../util/fingerprint.js';
import { jsonForHtml } from '../util/report-html.js';
import type { EdgeSegment } from './live/edge/decider.js';

/** What rules may name beside events and traits. */
export type EdgeWords = Pick<Vocabulary, 'features' | 'segments'>;

/** A model that places people by their features: what `assignJs` gives, and the lasting ids of its segments, in order of their numbers. */
export interface EdgeModel {
  readonly assign: string;
  readonly ids: readonly string[];
  /** Names of the features that it takes. */
  readonly features: readonly string[];
}

/**
 * Live segments as the text of a JavaScript module that decides who is in them where it runs, a browser for example: no imports, nothing that a strict content
 * security policy refuses. It is the evaluator of the live state itself, and gives the same answers. The rules can be read in it.
 * `vocabulary`: what rules may name beside events and traits (features, which the page gives, and segments). `model`: for rules that look at found segments.
 * @throws what the words of a rule throw, `rules/not-live`, `live/edge-needs`, `live/segment-cycle`
 */
export async function edgeModule(definitions: readonly LiveDefinition[], vocabulary: EdgeWords = { features: [], segments: [] }, model?: EdgeModel): Promise<string> {
  const segments = inOrder(definitions).map((definition) => compiled(definition, definitions, vocabulary, model));
  const names = Object.fromEntries(definitions.map(({ segment, name }) => [segment, name]));
  return `// ${definitions.length === 1 ? 'A live segment' : `${definitions.length} live segments`}, decided where this runs. Made by Shoal; no dependencies.
const rules = ${parsed(segments)};
const found = ${model ? `(() => {\n${model.assign.replaceAll(/^export /gm, '')}\nreturn { assign, ids: ${parsed(model.ids)} };\n})()` : 'undefined'};
/** Names of the segments, by id. */
export const names = ${parsed(names)};
/** Names of the features that some rule looks at, for the page to give. */
export const features = ${parsed([...new Set([...segments.flatMap((each) => each.features.map(([name]) => name)), ...(model?.features ?? [])])])};
/** Opens the state of one visitor. */
export const createDecider = (options) => openDecider(rules, { clock: Date.now, timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone, found }, options);
${await runtime()}`;
}

function compiled({ segment, rule, types }: LiveDefinition, definitions: readonly LiveDefinition[], { features, segments: others }: EdgeWords, model?: EdgeModel): EdgeSegment {
  const own = new Map(definitions.filter((each) => !isFound(each)).map(({ segment: id, name }) => [id, name]));
  const segments = [...[...own].map(([id, name]) => ({ segment: -1, id, name })), ...others.filter(({ id }) => !own.has(id))];
  const vocabulary = vocabularyFor(rule, types, { entityWord: { one: 'customer', many: 'customers' }, features, segments });
  const conditions = leavesOf(rule).map(({ condition }) => condition);
  for (const condition of conditions) {
    kindOf(condition).live(condition, { vocabulary, codeOf: () => 0, textOf: () => '', cellOf: () => 0, isLive: (id) => own.has(id) });
    kindOf(condition).words(condition, vocabulary);
    if (condition.kind === 'segment' && !own.has(condition.segment) && !model?.ids.includes(condition.segment)) throw new ShoalError('live/edge-needs', { segment, other: condition.segment });
  }
  const [events, traits] = vocabulary.sources.map(({ columns }) => columns.map(({ name, type }) => [name, type] as const));
  const measured = features.flatMap(({ name, kind }) => (conditions.some((each) => each.kind === 'feature' && each.feature === name) ? [[name, kind] as const] : []));
  const body = { rule, events, traits, features: measured };
  return { segment, print: fingerprint(JSON.stringify(body)).slice(0, 8), ...body };
}

/** Those that others look at before these. @throws `live/segment-cycle` */
function inOrder(definitions: readonly LiveDefinition[]): LiveDefinition[] {
  const order: LiveDefinition[] = [];
  const place = (definition: LiveDefinition, path: readonly string[]) => {
    if (path.includes(definition.segment)) throw new ShoalError('live/segment-cycle', { segment: definition.segment, through: path.slice(path.indexOf(definition.segment) + 1).join(', ') });
    if (order.includes(definition)) return;
    const named = leavesOf(definition.rule).flatMap(({ condition }) => (condition.kind === 'segment' ? [condition.segment] : []));
    for (const other of definitions) if (named.includes(other.segment) && !isFound(other)) place(other, [...path, definition.segment]);
    order.push(definition);
  };
  for (const definition of definitions) place(definition, []);
  return order;
}

/** As a call, and not as a literal: there a key such as '__proto__' would be something else. Safe inside a script element too. */
const parsed = (value: unknown): string => `JSON.parse(${jsonForHtml(JSON.stringify(value))})`;

/** `openDecider` with all that it needs, small: made by scripts/build-edge.mjs. */
async function runtime(): Promise<string> {
  return readFile(new URL('../edge/decider.js', import.meta.url), 'utf8').catch(() => readFile(new URL('../../dist/edge/decider.js', import.meta.url), 'utf8'));
}
