/** Of a membership: the segment (its number in the table of segments), since when, and why (the version of the rule and its condition; −1: the whole of it). */
export interface Stay { readonly segment: number; readonly since: number; readonly version: number; readonly leaf: number }

/** The memberships of one entity, one after the other as numbers: there are dozens for each of a million. */
export type Stays = number[];

/** Numbers of a stay. */
export const STAY = 4;

const stayAt = (stays: Stays, i: number): Stay => ({ segment: stays[i], since: stays[i + 1], version: stays[i + 2], leaf: stays[i + 3] });

/** Where the stay in a segment is; −1 where there is none. */
function placeOf(stays: Stays, segment: number): number {
  for (let i = 0; i < stays.length; i += STAY) if (stays[i] === segment) return i;
  return -1;
}

export function stayOf(stays: Stays, segment: number): Stay | undefined {
  const i = placeOf(stays, segment);
  return i < 0 ? undefined : stayAt(stays, i);
}

export const allOf = (stays: Stays): Stay[] => Array.from({ length: stays.length / STAY }, (_, i) => stayAt(stays, STAY * i));

export function addStay(stays: Stays, { segment, since, version, leaf }: Stay): void {
  stays.push(segment, since, version, leaf);
}

/** The last one takes its place. */
export function dropStay(stays: Stays, segment: number): void {
  const i = placeOf(stays, segment);
  if (i < 0) return;
  stays.copyWithin(i, stays.length - STAY);
  stays.length -= STAY;
}
