/** A sentence from the data, ready to be set: a number never parts from its per-cent sign at the end of a line. */
export const prose = (text: string): string => text.replace(/(\d) %/g, '$1\u202f%');

/** A text that begins with a capital. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A sentence from the data, ready to be set and beginning with a capital. */
export const sentence = (text: string): string => prose(capital(text));
