import { identifierText, type Identifier } from '../domain/event.js';
import { namesSomebody } from '../domain/blocked.js';
import type { Cause, Refusal } from './identity.js';

interface Edge extends Cause { one: string; other: string; undone: boolean; gone: boolean }

/** Identity by its definition, slowly: a list of identifiers and a list of links; who belongs together is worked out anew at every question. */
export function naiveIdentity({ limits = { user: 1 } as Record<string, number>, others = 5, most = 50 } = {}) {
  let nodes: (string | undefined)[] = [];
  const links: Edge[] = [];
  const usable = namesSomebody();
  const type = (text: string) => text.slice(0, text.indexOf(':'));
  const number = (text: string) => nodes.indexOf(text);
  const holds = (edge: Edge) => !edge.undone && !edge.gone;

  function together(text: string): string[] {
    const all = new Set([text]);
    for (let size = 0; size !== all.size; ) {
      size = all.size;
      for (const edge of links) {
        if (!holds(edge)) continue;
        if (all.has(edge.one)) all.add(edge.other);
        if (all.has(edge.other)) all.add(edge.one);
      }
    }
    return [...all].sort((a, b) => number(a) - number(b));
  }
  const entity = (text: string) => number(together(text)[0]);

  function why(one: string[], other: string[]): Refusal | undefined {
    const all = [...one, ...other];
    if (all.length > most) return 'size';
    for (const t of other.map(type)) if (all.filter((text) => type(text) === t).length > (limits[t] ?? others)) return t === 'user' ? 'conflict' : 'limit';
    return undefined;
  }

  return {
    resolve(identifiers: readonly Identifier[], cause: Cause) {
      const refused: { identifier: Identifier; reason: Refusal }[] = [];
      const merged: { into: number; from: number; link: number }[] = [];
      let owner: string | undefined;
      identifiers.forEach((identifier, i) => {
        let text = identifierText(identifier);
        const isNew = () => number(text) < 0;
        if (!usable(identifier)) return void refused.push({ identifier, reason: 'blocked' });
        if (owner === undefined) {
          owner = text;
          if (isNew()) nodes.push(text);
          return;
        }
        if (cause.kind === 'alias' && i === 1 && ['user', 'anonymous'].includes(identifier.type)) {
          const known = ['anonymous', 'user'].map((t) => `${t}:${identifier.value}`).find((t) => number(t) >= 0);
          text = known ?? `anonymous:${identifier.value}`;
        }
        if (text === owner) return;
        const same = links.find((l) => !l.gone && ((l.one === owner && l.other === text) || (l.one === text && l.other === owner)));
        if (same) return void (same.undone && refused.push({ identifier, reason: 'undone' }));
        const mine = together(owner);
        if (!mine.includes(text)) {
          const reason = why(mine, isNew() ? [text] : together(text));
          if (reason) return void refused.push({ identifier, reason });
          if (!isNew()) merged.push({ into: Math.min(entity(owner), entity(text)), from: Math.max(entity(owner), entity(text)), link: links.length });
        }
        if (isNew()) nodes.push(text);
        links.push({ ...cause, one: owner, other: text, undone: false, gone: false });
      });
      return { entity: owner === undefined ? undefined : entity(owner), node: owner === undefined ? undefined : number(owner), merged, refused };
    },
    undo(link: number) {
      const edge = links[link];
      if (!edge || !holds(edge)) return undefined;
      const was = together(edge.one);
      edge.undone = true;
      return { entity: number(was[0]), now: groups(was) };
    },
    forget(identifiers: readonly Identifier[]) {
      const gone = new Set(identifiers.map(identifierText).filter((text) => number(text) >= 0));
      const touched = [...new Map([...gone].map((text) => [entity(text), together(text)]))].sort(([a], [b]) => a - b);
      for (const edge of links) if (gone.has(edge.one) || gone.has(edge.other)) edge.gone = true;
      const now = touched.map(([was, all]) => ({ entity: was, now: groups(all.filter((text) => !gone.has(text))) }));
      nodes = nodes.map((text) => (text !== undefined && gone.has(text) ? undefined : text));
      return now;
    },
    state() {
      const known = nodes.filter((text) => text !== undefined);
      return {
        entities: new Set(known.map(entity)).size,
        of: known.map((text) => [text, entity(text)] as const),
        links: links.flatMap(({ gone, one, other, ...edge }, link) => (gone ? [] : [{ ...edge, link, one, other, entity: entity(one) }])).reverse(),
      };
    },
  };

  function groups(all: readonly string[]) {
    const sets = new Map(all.map((text) => [entity(text), together(text).map(number)]));
    return [...sets].sort(([a], [b]) => a - b).map(([e, ns]) => ({ entity: e, nodes: ns }));
  }
}
