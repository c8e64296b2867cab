/** The token in the fragment of the address that `shoal serve` prints (`#token=shl_…`), which never reaches a server's log. */
export function tokenIn(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? undefined;
}
