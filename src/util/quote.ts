/** An SQL identifier, whatever is in it. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** An SQL string literal, whatever is in it (NUL cannot be stored as text and is dropped). */
export const quoteText = (text: string): string => `'${text.replaceAll('\0', '').replaceAll("'", "''")}'`;
