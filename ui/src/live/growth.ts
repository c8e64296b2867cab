/** How many were in a segment before each step (so many entered, so many left), oldest first, and how many are now: worked out backwards from those who are in it now. */
export function growthOf(members: number, steps: readonly { readonly entered: number; readonly left: number }[]): number[] {
  const sizes = [members];
  for (const { entered, left } of [...steps].reverse()) sizes.push(sizes[sizes.length - 1] - entered + left);
  return sizes.reverse();
}
