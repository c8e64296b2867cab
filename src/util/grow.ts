type Numbers = Uint8Array | Int32Array | Uint32Array | Float64Array;

/** The same numbers in an array that holds at least `length` of them: itself where it is long enough, else one of twice the length or more. */
export function grow<T extends Numbers>(array: T, length: number): T {
  if (array.length >= length) return array;
  const longer = new (array.constructor as new (length: number) => T)(Math.max(length, array.length * 2, 16));
  longer.set(array);
  return longer;
}
