// Values to bins, and the sorting that finds where bins begin.

@unmanaged
export class Binning {
  column: usize; to: usize; rows: i32; block: i32;
  missing: i32; table: usize; tableLength: i32;
}

/** Bins of one input for a block of rows: by 8 halvings among 255 cuts (padded with infinity), or by a table of codes. */
export function binBlock(a: Binning, piece: i32): void {
  const start = piece * a.block, end = min(start + a.block, a.rows);
  const missing = a.missing, to = a.to;
  const table = a.table, length = <f64>a.tableLength;
  for (let i = start; i < end; i++) {
    const value = load<f64>(a.column + (<usize>i << 3));
    let code: i32;
    if (value != value) code = missing;
    else if (length > 0) code = value < length ? <i32>load<u8>(table + <usize>value) : missing;
    else {
      let at = table;
      at += select<usize>(1024, 0, value > load<f64>(at, 1016));
      at += select<usize>(512, 0, value > load<f64>(at, 504));
      at += select<usize>(256, 0, value > load<f64>(at, 248));
      at += select<usize>(128, 0, value > load<f64>(at, 120));
      at += select<usize>(64, 0, value > load<f64>(at, 56));
      at += select<usize>(32, 0, value > load<f64>(at, 24));
      at += select<usize>(16, 0, value > load<f64>(at, 8));
      at += select<usize>(8, 0, value > load<f64>(at));
      code = <i32>((at - table) >> 3);
    }
    store<u8>(to + <usize>i, <u8>code);
  }
}

/** Sorts one of several columns of doubles of equal length, NaN last: by 11 bits at a time, from the lowest. The column's part of `scratch` has as much room. */
export function sortColumn(columns: usize, scratch: usize, length: i32, tallies: usize): void {
  const digits = 2048;
  for (let i = 0; i < length; i++) {
    const at = columns + (<usize>i << 3);
    const value = load<f64>(at);
    const bits = value != value ? 0x7ff8000000000000 : reinterpret<i64>(value);
    // Negative numbers have all bits turned, the others the first.
    store<i64>(at, bits ^ ((bits >> 63) | i64.MIN_VALUE));
  }
  let from = columns, to = scratch;
  for (let shift: u64 = 0; shift < 64; shift += 11) {
    memory.fill(tallies, 0, digits << 2);
    for (let i = 0; i < length; i++) {
      const digit = tallies + (<usize>((load<u64>(from + (<usize>i << 3)) >> shift) & 2047) << 2);
      store<i32>(digit, load<i32>(digit) + 1);
    }
    let before = 0;
    for (let digit = 0; digit < digits; digit++) {
      const at = tallies + (<usize>digit << 2);
      const count = load<i32>(at);
      store<i32>(at, before);
      before += count;
    }
    for (let i = 0; i < length; i++) {
      const key = load<u64>(from + (<usize>i << 3));
      const digit = tallies + (<usize>((key >> shift) & 2047) << 2);
      const place = load<i32>(digit);
      store<i32>(digit, place + 1);
      store<u64>(to + (<usize>place << 3), key);
    }
    const other = from;
    from = to;
    to = other;
  }
  // Six passes: the keys are back in the columns.
  for (let i = 0; i < length; i++) {
    const at = columns + (<usize>i << 3);
    const key = load<i64>(at);
    store<i64>(at, key ^ ((~key >> 63) | i64.MIN_VALUE));
  }
}
