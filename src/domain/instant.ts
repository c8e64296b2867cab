/** Milliseconds since the epoch of an instant written in a rule. */
export const instantOf = (written: string): number => Date.parse(written.length > 10 && !written.endsWith('Z') ? `${written}Z` : written);

/** Whether a text is an instant as rules write it: '2024-03-01', '2024-03-01T18:30', '2024-03-01T18:30:00.000Z'; a day that there is. */
export function isInstant(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?Z?)?)?$/.test(text)) return false;
  const day = text.slice(0, 10), at = Date.parse(`${day}T00:00:00Z`);
  // A thirtieth of February would be read as the first of March.
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === day;
}
