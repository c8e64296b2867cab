/** Imports a bundle of `entry` (a path from the root); `change` gives the text of each source, by its path from the root. */
export function importBundle(entry: string, change?: (path: string, text: string) => string): Promise<Record<string, unknown>>;
