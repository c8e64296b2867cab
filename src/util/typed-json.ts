// Typed arrays in JSON: { "float64": "<base64 of little-endian bytes>" }.
const kinds = { float64: Float64Array, float32: Float32Array, int32: Int32Array, uint32: Uint32Array, uint16: Uint16Array, uint8: Uint8Array } as const;
type Kind = keyof typeof kinds;

/** Plain data with typed arrays as JSON text. */
export function packJson(value: unknown, space?: number): string {
  return JSON.stringify(value, (_, one: unknown) => {
    const kind = (Object.keys(kinds) as Kind[]).find((name) => one instanceof kinds[name]);
    if (!kind) return one;
    const { buffer, byteOffset, byteLength } = one as Float64Array;
    return { [kind]: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
  }, space);
}

/** The value that `packJson` wrote. */
export function unpackJson(text: string): unknown {
  return JSON.parse(text, (_, one: unknown) => {
    if (typeof one !== 'object' || one === null) return one;
    const keys = Object.keys(one);
    if (keys.length !== 1 || !Object.hasOwn(kinds, keys[0])) return one;
    const packed = (one as Record<string, unknown>)[keys[0]];
    if (typeof packed !== 'string') return one;
    const bytes = Uint8Array.from(Buffer.from(packed, 'base64'));
    return new kinds[keys[0] as Kind](bytes.buffer);
  });
}
