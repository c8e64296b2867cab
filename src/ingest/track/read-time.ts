/** ISO 8601, or what is near to it: '2024-03-01', '2024-03-01 18:30', '2024-03-01T18:30:00.123456+01:00'. */
const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?( ?Z|[+-]\d{2}:?\d{2})?)?$/i;
/** Later than this, and it is no moment that a computer can mean (the year 9999). */
const latest = 253_402_300_800_000;

/** Milliseconds since the epoch of a time as senders write it: ISO 8601 (in UTC where no zone is written), or milliseconds. Undefined where it cannot be read, or is before 1970. */
export function readTime(value: unknown): number | undefined {
  const at = typeof value === 'string' ? fromText(value) : typeof value === 'number' ? Math.round(value) : NaN;
  return at >= 0 && at < latest ? at : undefined;
}

function fromText(text: string): number {
  // As JSON.stringify writes dates: nearly all of them.
  if (text.length === 24 && text.charCodeAt(23) === 90) return Date.parse(text);
  const parts = text.length <= 40 ? iso.exec(text) : null;
  if (!parts) return NaN;
  const plain = text.replace(' Z', 'Z').replace(' ', 'T').replace(',', '.').replace(/([+-]\d{2})(\d{2})$/, (whole, hours, minutes) => (text.length > 10 ? `${hours}:${minutes}` : whole));
  return Date.parse(text.length > 10 && parts[1] === undefined ? `${plain}Z` : plain);
}

/**
 * When something happened by our clock: the sender says when it was by its own, and what time it was there when it sent it. Never later than `received`.
 * What cannot be read counts as now.
 */
export function correctedTime(received: number, original: number | undefined, sent: number | undefined): number {
  if (original === undefined) return received;
  const at = sent === undefined ? original : received - (sent - original);
  return at >= 0 ? Math.min(at, received) : received;
}
