/** Text of any origin as one line that can be kept and shown: without control characters and halves of characters, cut to `most` UTF-16 units. May be empty. */
export function tidy(text: string, most: number): string {
  return text.slice(0, most).replaceAll(/\p{Surrogate}/gu, '\ufffd').replaceAll(/\p{Cc}+/gu, ' ').trim();
}
