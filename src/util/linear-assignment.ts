/**
 * The one-to-one assignment of rows to columns with the least total cost (rows × columns, row-major, finite): the column of each row, −1 for the rows
 * left over where there are more rows than columns. Shortest augmenting paths (Jonker & Volgenant 1987, as Crouse 2016 and SciPy's
 * `linear_sum_assignment`): O(rows² × columns).
 */
export function linearAssignment(cost: ArrayLike<number>, rows: number, columns: number): Int32Array {
  if (rows > columns) return inverse(solve((r, c) => cost[c * columns + r], columns, rows), rows);
  return solve((r, c) => cost[r * columns + c], rows, columns);
}

function inverse(columnOf: Int32Array, columns: number): Int32Array {
  const rowOf = new Int32Array(columns).fill(-1);
  columnOf.forEach((column, row) => (rowOf[column] = row));
  return rowOf;
}

/** At least as many columns as rows. */
function solve(cost: (row: number, column: number) => number, rows: number, columns: number): Int32Array {
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(columns);
  const columnOf = new Int32Array(rows).fill(-1);
  const rowOf = new Int32Array(columns).fill(-1);
  for (let free = 0; free < rows; free++) {
    const { sink, least, shortest, from, rowsSeen, columnsSeen } = shortestPath(free);
    rowPrice[free] += least;
    for (const row of rowsSeen) if (row !== free) rowPrice[row] += least - shortest[columnOf[row]];
    for (const column of columnsSeen) columnPrice[column] -= least - shortest[column];
    for (let column = sink; ; ) {
      const row = from[column];
      rowOf[column] = row;
      [columnOf[row], column] = [column, columnOf[row]];
      if (row === free) break;
    }
  }
  return columnOf;

  /** From a free row, over reduced costs, to the nearest free column. */
  function shortestPath(free: number) {
    const shortest = new Float64Array(columns).fill(Infinity);
    const from = new Int32Array(columns).fill(-1);
    const left = Array.from({ length: columns }, (_, c) => c);
    const rowsSeen: number[] = [];
    const columnsSeen: number[] = [];
    let least = 0;
    let row = free;
    for (;;) {
      rowsSeen.push(row);
      let next = 0;
      left.forEach((column, at) => {
        const reduced = least + cost(row, column) - rowPrice[row] - columnPrice[column];
        if (reduced < shortest[column]) {
          shortest[column] = reduced;
          from[column] = row;
        }
        const best = left[next];
        if (shortest[column] < shortest[best] || (shortest[column] === shortest[best] && rowOf[column] < 0 && rowOf[best] >= 0)) next = at;
      });
      const [column] = left.splice(next, 1);
      least = shortest[column];
      if (rowOf[column] < 0) return { sink: column, least, shortest, from, rowsSeen, columnsSeen };
      columnsSeen.push(column);
      row = rowOf[column];
    }
  }
}
