/** Bytes of bodies that are on their way. One address gets a quarter at most, so that whoever sends slowly keeps out only itself. */
export function createHeld(most: number) {
  const byAddress = new Map<string, number>();
  let all = 0;
  const add = (address: string, bytes: number) => {
    all += bytes;
    const own = (byAddress.get(address) ?? 0) + bytes;
    if (own > 0) byAddress.set(address, own);
    else byAddress.delete(address);
  };
  return {
    isFull: (address: string) => all >= most || (byAddress.get(address) ?? 0) >= most / 4,
    take(address: string, bytes: number) {
      add(address, bytes);
      return () => add(address, -bytes);
    },
  };
}
