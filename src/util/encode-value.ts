/** What turns one raw value into one number of the matrix (the shape of `EncodedFeature`, without its prose). */
export interface ValueEncoding {
  readonly transform: 'none' | 'log1p' | 'sqrt';
  readonly low: number;
  readonly high: number;
  readonly fill: number;
  readonly centre: number;
  readonly scale: number;
}

/** z = (f(clamp(x ?? fill, low, high)) − centre) × scale, in double precision. NaN is missing. */
export function encodeValue(value: number, encoding: ValueEncoding): number {
  return (transformed(value, encoding) - encoding.centre) * encoding.scale;
}

/** The raw value that encodes to `z` (before any winsorising): the inverse of `encodeValue`. NaN where the feature has no say (scale 0). */
export function decodeValue(z: number, encoding: ValueEncoding): number {
  const inner = z / encoding.scale + encoding.centre;
  if (!Number.isFinite(inner)) return Number.NaN;
  if (encoding.transform === 'log1p') return Math.expm1(inner);
  if (encoding.transform === 'sqrt') return inner * Math.abs(inner);
  return inner;
}

/** f(clamp(x ?? fill, low, high)): the value on the scale that the segments were made on, not yet centred. */
export function transformed(value: number, encoding: Pick<ValueEncoding, 'transform' | 'low' | 'high' | 'fill'>): number {
  const filled = Number.isNaN(value) ? encoding.fill : value;
  const inside = filled < encoding.low ? encoding.low : filled > encoding.high ? encoding.high : filled;
  if (encoding.transform === 'log1p') return Math.log1p(Math.max(inside, -1 + 1e-12));
  if (encoding.transform === 'sqrt') return Math.sqrt(Math.max(inside, 0));
  return inside;
}
