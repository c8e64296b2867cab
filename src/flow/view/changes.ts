import type { Changes } from '../../domain/answer.js';
import { changePhrase } from '../../explain/change.js';
import { encodeValue } from '../../util/encode-value.js';
import type { Held } from './held.js';
import { matched } from './ids.js';
import { featureColumn } from './keep.js';

/** Changes that a reason names, those it is chosen from, and the share of the first that a second must have to be a reason too. */
const named = 2;
const looked = 4;
const leastShare = 0.2;
const words = { fresh: 'new in the data', gone: 'no longer in the data', border: 'the border between segments moved' } as const;

/** Who is in another segment than in an earlier run, by lasting ids, and the changes in them that moved them most. O(entities + those who moved × features). */
export function changes(before: Held, now: Held): Changes {
  const [from, to] = [before, now].map(({ report }) => report.segments.map(({ id, name }) => ({ id, name })));
  const continues = from.map(({ id }) => to.findIndex((segment) => segment.id === id));
  const rowBefore = matched(now.ids, before.ids);
  const entity: string[] = [], left: number[] = [], entered: number[] = [];
  const moved: { readonly at: number; readonly was: number; readonly is: number }[] = [];
  const stayed = new Uint8Array(before.rows);
  for (let row = 0; row < now.rows; row++) {
    const was = rowBefore[row];
    if (was >= 0) stayed[was] = 1;
    const old = was >= 0 ? before.segment[was] : -1;
    const own = now.segment[row];
    if (own < 0 ? old < 0 : continues[old] === own) continue;
    if (was >= 0) moved.push({ at: entity.length, was, is: row });
    entity.push(now.ids.text(row));
    left.push(old);
    entered.push(own);
  }
  const there = entity.length;
  for (let row = 0; row < before.rows; row++) {
    if (stayed[row] || before.segment[row] < 0) continue;
    entity.push(before.ids.text(row));
    left.push(before.segment[row]);
    entered.push(-1);
  }
  const said = entity.map((_, at): string => (at < there ? words.fresh : words.gone));
  reasons(before, now, moved.map(({ was }) => was), moved.map(({ is }) => is), (m) => continues[left[moved[m].at]] ?? -1).forEach((reason, m) => { said[moved[m].at] = reason; });
  const all = [...new Set(said)];
  const places = new Map(all.map((text, place) => [text, place]));
  return { from, to, entity, left: Int16Array.from(left), entered: Int16Array.from(entered), reason: Int32Array.from(said, (text) => places.get(text)!), reasons: all };
}

/**
 * For each of some rows, what of them changed in the direction of its move: features by how much nearer their change brought it to the middle of its new segment and farther from
 * that of its old one, in encoded space. `home`: the old segment's position now, −1 where it is no more.
 */
function reasons(before: Held, now: Held, was: readonly number[], is: readonly number[], home: (move: number) => number): string[] {
  const { model: { encoder: { features } }, middles: { centres }, report: { currency } } = now;
  const d = features.length;
  const shared = features.map(({ name }, j) => ({ j, name })).filter(({ name }) => before.file.has(featureColumn(name)));
  const gains = new Float64Array(looked * was.length);
  const which = new Int16Array(looked * was.length).fill(-1);
  for (const { j, name } of shared) {
    const [old, fresh] = [before.file.gather(featureColumn(name), was), now.file.gather(featureColumn(name), is)];
    for (let m = 0; m < was.length; m++) {
      if (old[m] === fresh[m]) continue;
      const [a, b] = [encodeValue(old[m], features[j]), encodeValue(fresh[m], features[j])];
      const [into, out] = [now.segment[is[m]], home(m)];
      const nearer = into >= 0 ? (a - centres[into * d + j]) ** 2 - (b - centres[into * d + j]) ** 2 : 0;
      const farther = out >= 0 ? (b - centres[out * d + j]) ** 2 - (a - centres[out * d + j]) ** 2 : 0;
      let place = looked * m + looked;
      while (place > looked * m && gains[place - 1] < nearer + farther) place--;
      if (place === looked * m + looked) continue;
      gains.copyWithin(place + 1, place, looked * m + looked - 1);
      which.copyWithin(place + 1, place, looked * m + looked - 1);
      gains[place] = nearer + farther;
      which[place] = j;
    }
  }
  const byName = new Map(now.features.map((feature) => [feature.name, feature]));
  return was.map((_, m) => {
    const said: string[] = [];
    for (let place = looked * m; place < looked * (m + 1) && said.length < named && which[place] >= 0; place++) {
      if (gains[place] < leastShare * gains[looked * m]) break;
      const { name } = features[which[place]];
      const phrase = changePhrase(byName.get(name)!, before.file.at(featureColumn(name), was[m]), now.file.at(featureColumn(name), is[m]), currency);
      if (phrase !== undefined) said.push(phrase);
    }
    return said.join('; ') || words.border;
  });
}
