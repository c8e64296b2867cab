/** What the clock on somebody's wall says. */
export interface LocalTime {
  /** 0–23. */
  readonly hour: number;
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  /** '2024-03-01'. */
  readonly date: string;
}

const quarter = 900_000;
const day = 86_400_000;

/** The local time of an instant in an IANA time zone ('Europe/Berlin'), daylight saving and all; in UTC where there is none of that name. */
export type LocalClock = (at: number, timezone: unknown) => LocalTime;

interface Zone {
  readonly format?: Intl.DateTimeFormat;
  /** From UTC in ms, by quarter of an hour: no zone changes its clocks but at its beginning. */
  readonly offsets: Map<number, number>;
}

/** A clock that remembers zones and the newest day, for many events; what it gives depends on the arguments alone. */
export function createLocalClock(): LocalClock {
  const zones = new Map<string, Zone>();
  /** Most events are of the same day as the one before. */
  let lastDays = Number.NaN, lastDate = '';

  function dateOf(days: number): string {
    if (days !== lastDays) [lastDays, lastDate] = [days, new Date(days * day).toISOString().slice(0, 10)];
    return lastDate;
  }

  function zoneOf(timezone: string): Zone {
    let zone = zones.get(timezone);
    if (!zone) {
      if (zones.size >= 1000) zones.clear();
      zone = { format: formatOf(timezone), offsets: new Map() };
      if (timezone.length <= 50) zones.set(timezone, zone);
    }
    return zone;
  }

  function offset(at: number, timezone: string): number {
    const { format, offsets } = zoneOf(timezone);
    if (!format) return 0;
    const slot = Math.floor(at / quarter);
    let found = offsets.get(slot);
    if (found === undefined) {
      if (offsets.size >= 10_000) offsets.clear();
      offsets.set(slot, (found = measured(format, slot * quarter)));
    }
    return found;
  }

  return (at, timezone) => {
    const local = at + (typeof timezone === 'string' ? offset(at, timezone) : 0);
    const days = Math.floor(local / day);
    return { hour: Math.floor((local - days * day) / 3_600_000), weekday: ((days + 3) % 7 + 7) % 7 + 1, date: dateOf(days) };
  };
}

function formatOf(timezone: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z][\w+/-]{1,49}$/.test(timezone)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  } catch {
    return undefined; // no zone of that name
  }
}

function measured(format: Intl.DateTimeFormat, at: number): number {
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - at;
}
