import type { Category } from './products.js';

/**
 * The planted truth, in numbers: how the members of each segment behave. Nothing here says who they are; age, gender, city and income are
 * drawn without looking at the segment. A customer varies around these numbers (`variation`), and some straddle two segments or resemble
 * one by chance (`straddling`), so that no classifier can be right about everyone.
 */
export type SegmentId =
  | 'health-conscious night owls' | 'weekend bargain hunters' | 'flash-sale impulse buyers' | 'eco-conscious shoppers' | 'loyal high spenders'
  | 'lapsing high value' | 'one-time gift buyers' | 'resellers' | 'bots' | 'everyday shoppers';

/** Clock habit: a share `focus` of what they do falls around `centre` (hours, normal with `spread`), the rest follows the shop's usual day. */
export interface Hours {
  readonly centre: number;
  readonly spread: number;
  readonly focus: number;
}

export interface Behaviour {
  readonly id: SegmentId;
  /** Share of all customers. */
  readonly share: number;
  /** What is special about when they are customers at all. All but `once` buy and visit about evenly over their time. */
  readonly career: 'steady' | 'emerging' | 'lapsing' | 'once' | 'crawler';
  /** Orders per month while active (`once`: orders in all). */
  readonly orders: number;
  /** Distinct products per order, and how often one of them is one they have had before. */
  readonly lines: number;
  readonly habit: number;
  /** Mean quantity of a line. */
  readonly quantity: number;
  /** Share of lines bought at a reduced price. */
  readonly discounted: number;
  /** Orders fall into promotion windows of this kind where they can. */
  readonly promotion: 'none' | 'weekend' | 'flash';
  /** > 0 leans to dear products within a category, < 0 to cheap ones (exponent of the price). */
  readonly priceTilt: number;
  readonly hours: Hours;
  /** Relative weight of the days, Monday first. */
  readonly week: readonly [number, number, number, number, number, number, number];
  readonly categories: Partial<Record<Category, number>>;
  /** Shares of app, mobile web and desktop. */
  readonly devices: readonly [app: number, mobile: number, desktop: number];
  /** Visits without an order per month, page views in each, and how they begin and end. */
  readonly visits: number;
  readonly views: number;
  readonly searches: number;
  readonly carts: number;
  /** Share of e-mails opened, share of those clicked, and when. Flash alerts go to those who asked for them. */
  readonly opens: number;
  readonly clicks: number;
  readonly mailHours: Hours;
  readonly alerts: boolean;
  /** Share of lines reviewed, mean stars, share of lines sent back, messages to support per year. */
  readonly reviews: number;
  readonly stars: number;
  readonly returns: number;
  readonly messages: number;
}

const anyDay = [1, 1, 1, 1, 1.05, 1.15, 1.1] as const;
const workdays = [1, 1.1, 1.1, 1.05, 0.8, 0.05, 0.03] as const;

export const behaviours: readonly Behaviour[] = [
  {
    id: 'health-conscious night owls', share: 0.13, career: 'steady',
    orders: 0.36, lines: 1.35, habit: 0.3, quantity: 1.4, discounted: 0.08, promotion: 'none', priceTilt: 0,
    hours: { centre: 22.68, spread: 0.5, focus: 0.97 }, week: [1.1, 1.1, 1.1, 1.1, 0.9, 0.8, 1],
    categories: { 'Organic low-sugar': 70, 'Fresh produce': 17, Pantry: 6, 'Beauty & care': 4, 'Snacks & drinks': 2, 'Eco household': 1 },
    devices: [0.8, 0.15, 0.05], visits: 0.45, views: 4, searches: 0.35, carts: 0.3,
    opens: 0.6, clicks: 0.35, mailHours: { centre: 22.66, spread: 0.5, focus: 0.97 }, alerts: false,
    reviews: 0.08, stars: 4.4, returns: 0.01, messages: 0.08,
  },
  {
    id: 'weekend bargain hunters', share: 0.14, career: 'steady',
    orders: 0.36, lines: 1.45, habit: 0.25, quantity: 2.6, discounted: 0.82, promotion: 'weekend', priceTilt: -0.5,
    hours: { centre: 10.4, spread: 1, focus: 0.88 }, week: [0.05, 0.05, 0.05, 0.05, 0.12, 1.2, 1],
    categories: { Household: 42, Pantry: 30, 'Snacks & drinks': 14, 'Sugary boxes': 8, 'Beauty & care': 6 },
    devices: [0.05, 0.13, 0.82], visits: 0.5, views: 5, searches: 0.6, carts: 0.45,
    opens: 0.42, clicks: 0.25, mailHours: { centre: 9.6, spread: 1, focus: 0.85 }, alerts: false,
    reviews: 0.05, stars: 4, returns: 0.015, messages: 0.1,
  },
  {
    id: 'flash-sale impulse buyers', share: 0.12, career: 'emerging',
    orders: 2.1, lines: 1.25, habit: 0.05, quantity: 1.1, discounted: 0.97, promotion: 'flash', priceTilt: 0.1,
    hours: { centre: 19.2, spread: 0.5, focus: 0.92 }, week: [0.2, 1.4, 0.2, 1.4, 0.2, 0.15, 0.15],
    categories: { Electronics: 48, Fashion: 40, 'Beauty & care': 10, Gifts: 2 },
    devices: [0.95, 0.04, 0.01], visits: 1.5, views: 1.3, searches: 0.04, carts: 0.5,
    opens: 0.5, clicks: 0.6, mailHours: { centre: 19.1, spread: 0.4, focus: 0.9 }, alerts: true,
    reviews: 0.03, stars: 3.8, returns: 0.05, messages: 0.2,
  },
  {
    id: 'eco-conscious shoppers', share: 0.13, career: 'steady',
    orders: 0.35, lines: 1.45, habit: 0.4, quantity: 1.6, discounted: 0.06, promotion: 'none', priceTilt: 0.1,
    hours: { centre: 17.6, spread: 0.9, focus: 0.88 }, week: [1.1, 1.4, 1.5, 1.3, 0.8, 0.4, 0.4],
    categories: { 'Eco household': 72, 'Organic low-sugar': 10, 'Fresh produce': 12, 'Beauty & care': 6 },
    devices: [0.06, 0.86, 0.08], visits: 0.5, views: 8, searches: 0.45, carts: 0.25,
    opens: 0.45, clicks: 0.6, mailHours: { centre: 17.4, spread: 1, focus: 0.85 }, alerts: false,
    reviews: 0.16, stars: 4.5, returns: 0.008, messages: 0.3,
  },
  {
    id: 'loyal high spenders', share: 0.11, career: 'steady',
    orders: 0.62, lines: 1.3, habit: 0.3, quantity: 1.3, discounted: 0.03, promotion: 'none', priceTilt: 0.6,
    hours: { centre: 8.3, spread: 0.7, focus: 0.88 }, week: [1.2, 1.1, 1.1, 1.1, 1.3, 0.4, 0.3],
    categories: { Premium: 74, 'Fresh produce': 10, Gifts: 4, 'Beauty & care': 8, Electronics: 4 },
    devices: [0.3, 0.05, 0.65], visits: 0.6, views: 4, searches: 0.2, carts: 0.35,
    opens: 0.75, clicks: 0.3, mailHours: { centre: 8, spread: 0.7, focus: 0.88 }, alerts: false,
    reviews: 0.06, stars: 4.6, returns: 0.008, messages: 0.1,
  },
  {
    // Loyal high spenders who were let down: the same habits until they stop, then silence.
    id: 'lapsing high value', share: 0.11, career: 'lapsing',
    orders: 0.62, lines: 1.3, habit: 0.3, quantity: 1.3, discounted: 0.03, promotion: 'none', priceTilt: 0.6,
    hours: { centre: 8.3, spread: 0.7, focus: 0.88 }, week: [1.2, 1.1, 1.1, 1.1, 1.3, 0.4, 0.3],
    categories: { Premium: 74, 'Fresh produce': 10, Gifts: 4, 'Beauty & care': 8, Electronics: 4 },
    devices: [0.3, 0.05, 0.65], visits: 0.6, views: 4, searches: 0.2, carts: 0.35,
    opens: 0.6, clicks: 0.3, mailHours: { centre: 8, spread: 0.7, focus: 0.88 }, alerts: false,
    reviews: 0.12, stars: 2, returns: 0.04, messages: 1.6,
  },
  {
    id: 'one-time gift buyers', share: 0.13, career: 'once',
    orders: 1.02, lines: 1.15, habit: 0, quantity: 1.02, discounted: 0.03, promotion: 'none', priceTilt: 0.2,
    hours: { centre: 12.6, spread: 0.5, focus: 0.95 }, week: workdays,
    categories: { Gifts: 95, Premium: 2, Fashion: 2, 'Beauty & care': 1 },
    devices: [0.01, 0.09, 0.9], visits: 3, views: 4.5, searches: 0.6, carts: 0.25,
    opens: 0.003, clicks: 0.1, mailHours: { centre: 12.6, spread: 0.8, focus: 0.9 }, alerts: false,
    reviews: 0.03, stars: 4.3, returns: 0.01, messages: 0.05,
  },
  {
    id: 'resellers', share: 0.028, career: 'steady',
    orders: 0.75, lines: 1.35, habit: 0.85, quantity: 26, discounted: 0.25, promotion: 'none', priceTilt: -0.2,
    hours: { centre: 12, spread: 1.9, focus: 0.96 }, week: workdays,
    categories: { 'Sugary boxes': 8, 'Snacks & drinks': 88, Electronics: 4 },
    devices: [0.01, 0.01, 0.98], visits: 0.4, views: 1.5, searches: 0.5, carts: 0.8,
    opens: 0.12, clicks: 0.1, mailHours: { centre: 11, spread: 1.8, focus: 0.95 }, alerts: false,
    reviews: 0.002, stars: 4, returns: 0.02, messages: 1.4,
  },
  {
    id: 'bots', share: 0.022, career: 'crawler',
    orders: 0.002, lines: 1, habit: 0, quantity: 1, discounted: 0, promotion: 'none', priceTilt: 0,
    hours: { centre: 12, spread: 0, focus: 0 }, week: [1, 1, 1, 1, 1, 1, 1],
    categories: {}, devices: [0, 0, 1], visits: 8, views: 4, searches: 0.02, carts: 0.001,
    opens: 0, clicks: 0, mailHours: { centre: 12, spread: 0, focus: 0 }, alerts: false,
    reviews: 0, stars: 3, returns: 0, messages: 0,
  },
  {
    // Noise: no pattern of their own. Each mixes this with two or three of the others, in proportions of their own.
    id: 'everyday shoppers', share: 0.08, career: 'steady',
    orders: 0.35, lines: 1.35, habit: 0.15, quantity: 1.6, discounted: 0.3, promotion: 'none', priceTilt: 0,
    hours: { centre: 14.5, spread: 2.5, focus: 0.6 }, week: anyDay,
    categories: {
      'Beauty & care': 26, 'Fresh produce': 24, Pantry: 12, Household: 10, 'Snacks & drinks': 8, Fashion: 8, 'Sugary boxes': 4, Electronics: 3,
      'Organic low-sugar': 2, 'Eco household': 2, Gifts: 1, Premium: 1,
    },
    devices: [0.3, 0.4, 0.3], visits: 0.5, views: 4, searches: 0.4, carts: 0.3,
    opens: 0.35, clicks: 0.25, mailHours: { centre: 14.5, spread: 2.5, focus: 0.6 }, alerts: false,
    reviews: 0.06, stars: 4, returns: 0.02, messages: 0.2,
  },
];

/** How far one member differs from the next (standard deviations; of logarithms for rates, of log-odds for shares, hours for the clock). */
export const variation = { orders: 0.25, visits: 0.28, views: 0.12, opens: 0.4, discounted: 0.4, hour: 0.3, quantity: 0.15 } as const;

/** The customers who make the truth hard to see. */
export const straddling = {
  /** Planted customers who also behave as another segment; in this share of what they do they are themselves. */
  mixed: 0.085, own: [0.5, 0.58],
  /** The others stray into everyday shopping in up to this share of what they do (most of them in little of it). */
  strays: 0.25,
  /** Customers of whom little is known: a share of everybody's usual activity. */
  light: 0.06, activity: [0.3, 0.6],
  /** Everyday shoppers act like an everyday shopper in this share of what they do; the rest goes to two other segments. */
  everyday: [0.45, 0.95],
  /** But some of them happen to live like one other segment, for all but this share. */
  lookalikes: 0.18, difference: 0.12,
} as const;

/** What moves in the last months. Days before the end of the history. */
export const drift = {
  /** Flash sales begin, and with them come the flash-sale impulse buyers: before this day the segment does not exist. */
  emergence: 121,
  /** The last of them join this long before the end. */
  settled: 50,
  /** Loyal high spenders turn silent one after another, so that segment shrinks to about half. */
  lapseFrom: 260, lapseUntil: 115,
} as const;
