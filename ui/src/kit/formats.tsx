import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { FeatureKind } from '../../../src/domain/feature.js';

/** How this reader reads numbers, money and dates. Every function gives "–" for a value that is not there. */
export interface Formats {
  readonly locale: string | undefined;
  /** What one entity is called, and several. */
  readonly one: string;
  readonly many: string;
  /** The sign of money, as it is written: '£'. */
  readonly currency: string | undefined;
  count(value: Maybe): string;
  number(value: Maybe, digits?: number): string;
  /** Always so many decimals, for columns that are read downwards. */
  fixed(value: Maybe, digits: number): string;
  /** A share of 1 as a percentage, with one decimal below ten per cent. */
  percent(share: Maybe): string;
  money(value: Maybe): string;
  /** Money in few characters: "£8.9M". */
  compactMoney(value: Maybe): string;
  compact(value: Maybe): string;
  bytes(value: Maybe): string;
  /** Dates are shown in UTC: the data's own clock, whoever reads it. */
  date(ms: Maybe): string;
  month(ms: Maybe): string;
  /** A moment of the workspace itself (when a run ended, a key was made), by the reader's own clock: "22 Nov 2026, 10:15". */
  moment(ms: Maybe): string;
  /** A raw feature value in its own unit. */
  value(value: Maybe, kind: FeatureKind, unit?: string): string;
}

type Maybe = number | null | undefined;

export const ABSENT = '–';

export interface FormatsOptions {
  readonly locale?: string;
  readonly currency?: string;
  readonly one?: string;
  readonly many?: string;
}

export function createFormats({ locale, currency, one = 'customer', many = 'customers' }: FormatsOptions = {}): Formats {
  const known = supported(locale);
  const build = (options: Intl.NumberFormatOptions) => {
    const format = new Intl.NumberFormat(known, options);
    // A true minus, and the per-cent sign a hair away from its number as in the sentences the report is given.
    return (x: number) => format.format(x).replace(/^-/, '−').replace(/(\d)\s?%$/, '$1\u202f%');
  };
  const dateIn = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(known, { ...options, timeZone: 'UTC' });
    return (x: number) => (Math.abs(x) > 8.64e15 ? ABSENT : format.format(x));
  };
  const whole = build({ maximumFractionDigits: 0 });
  const digitsIn = [0, 1, 2, 3, 4].map((n) => build({ maximumFractionDigits: n }));
  const fixedIn = [0, 1, 2, 3, 4].map((n) => build({ minimumFractionDigits: n, maximumFractionDigits: n }));
  const small = build({ maximumSignificantDigits: 2 });
  const percentWhole = build({ style: 'percent', maximumFractionDigits: 0 });
  const percentTenth = build({ style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const short = build({ notation: 'compact', maximumFractionDigits: 1 });
  const [moneyWhole, moneyCents, moneyShort] = moneyFormats(build, currency);
  const date = dateIn({ year: 'numeric', month: 'short', day: 'numeric' });
  const month = dateIn({ year: 'numeric', month: 'short' });
  const momentFormat = new Intl.DateTimeFormat(known, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });

  const number = (x: number, digits?: number) =>
    digits !== undefined ? digitsIn[Math.min(4, digits)](x) : Math.abs(x) >= 100 ? whole(x) : Math.abs(x) >= 1 || x === 0 ? digitsIn[1](x) : small(x);
  const percent = (x: number) => (Math.abs(x) < 0.0995 && x !== 0 ? percentTenth(x) : percentWhole(x));
  const money = (x: number) => (Math.abs(x) >= 100 ? moneyWhole(x) : moneyCents(x));
  const value = (x: number, kind: FeatureKind, unit?: string) => {
    if (kind === 'money') return money(x);
    if (kind === 'share' || kind === 'flag') return percent(x);
    if (kind === 'hour') return clock(x);
    if (kind === 'days') return `${number(x)} ${Math.abs(x) === 1 ? 'day' : 'days'}`;
    return unit ? `${number(x)} ${unit}` : number(x);
  };

  return {
    locale: known,
    one,
    many,
    currency: signOf(currency, known),
    count: present(whole),
    number: present(number),
    fixed: present((x, digits: number) => fixedIn[Math.min(4, digits)](x)),
    percent: present(percent),
    money: present(money),
    compactMoney: present(moneyShort),
    compact: present(short),
    bytes: present((x) => bytesIn(x, number)),
    date: present(date),
    month: present(month),
    moment: present((x) => momentFormat.format(x)),
    value: present(value),
  };
}

function present<A extends unknown[]>(format: (x: number, ...rest: A) => string) {
  return (x: Maybe, ...rest: A): string => (x === null || x === undefined || !Number.isFinite(x) ? ABSENT : format(x, ...rest));
}

function supported(locale?: string): string | undefined {
  try {
    return locale && Intl.NumberFormat.supportedLocalesOf(locale).length > 0 ? locale : undefined;
  } catch {
    return undefined;
  }
}

type NumberFormatter = (x: number) => string;

function moneyFormats(build: (options: Intl.NumberFormatOptions) => NumberFormatter, currency?: string): NumberFormatter[] {
  const shapes: Intl.NumberFormatOptions[] = [
    { maximumFractionDigits: 0 },
    { minimumFractionDigits: 2, maximumFractionDigits: 2 },
    { notation: 'compact', maximumFractionDigits: 1 },
  ];
  const sign = currency?.trim();
  if (sign && /^[A-Za-z]{3}$/.test(sign))
    return shapes.map((shape) => build({ style: 'currency', currency: sign.toUpperCase(), currencyDisplay: 'narrowSymbol', ...shape }));
  return shapes.map((shape) => {
    const plain = build(shape);
    return (x) => (sign ? `${x < 0 ? '−' : ''}${sign.slice(0, 4)}${plain(Math.abs(x))}` : plain(x));
  });
}

function signOf(currency: string | undefined, locale: string | undefined): string | undefined {
  const sign = currency?.trim();
  if (!sign || !/^[A-Za-z]{3}$/.test(sign)) return sign?.slice(0, 4) || undefined;
  return new Intl.NumberFormat(locale, { style: 'currency', currency: sign.toUpperCase(), currencyDisplay: 'narrowSymbol' }).formatToParts(1).find((part) => part.type === 'currency')?.value;
}

function bytesIn(x: number, number: (x: number, digits?: number) => string): string {
  const step = Math.min(4, Math.floor(Math.log10(Math.max(1, x)) / 3));
  return `${number(x / 1000 ** step, step === 0 ? 0 : 1)} ${['B', 'kB', 'MB', 'GB', 'TB'][step]}`;
}

/** 22.5 → "22:30". */
function clock(hour: number): string {
  if (hour === 24) return '24:00';
  const minutes = Math.round((((hour % 24) + 24) % 24) * 60) % 1440;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

const FormatsContext = createContext<Formats>(createFormats());

export function FormatsProvider({ children, ...options }: FormatsOptions & { readonly children: ReactNode }) {
  const { locale, currency, one, many } = options;
  const formats = useMemo(() => createFormats({ locale, currency, one, many }), [locale, currency, one, many]);
  return <FormatsContext.Provider value={formats}>{children}</FormatsContext.Provider>;
}

export const useFormats = (): Formats => useContext(FormatsContext);
