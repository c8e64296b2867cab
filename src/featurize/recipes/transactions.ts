import { cleanText, lowerFirst, upperFirst } from '../../util/words.js';
import { atLeast, equals, exponential, given, minus, or, plus, ratio, root, shareOf, times, type Formula } from '../formula.js';
import { roundHalfAway } from '../exact.js';
import type { MakeRows, Measure, View } from '../measure.js';
import { both, type Predicate } from '../predicate.js';
import { byChance } from '../prior.js';
import { featureMaker, type PlannedFeature, type Recipe, type RecipeInput } from '../recipe.js';
import { rowAttributes } from './row-attributes.js';
import { keyShares } from './keys.js';
import { rhythm } from './rhythm.js';

/** Money and quantities are kept in units of 1/10,000, the exact decimals of the table. */
const UNITS = 10_000;
const WINDOWS = [7, 30, 90, 180, 365];

/** Order lines → what, how much, how often, when, at what price, how varied. One line per product or one per order, with or without times. */
export function transactions(input: RecipeInput): Recipe {
  const { source, survey } = input;
  const has = new Set<string>(source.has);
  const time = has.has('at') && survey.days > 0;
  const money = has.has('amount') || has.has('price');
  const items = has.has('quantity') && survey.quantityVaries;
  const lines = has.has('order_id') || has.has('at');
  const bought: Predicate | undefined = survey.returned > 0 ? { is: 'true', column: 'bought' } : undefined;
  const m = (aggregate: Measure['aggregate'], more: Partial<Measure> = {}): Measure => ({ view: 'orders', aggregate, where: bought, ...more });
  const total = (value: string, where?: Predicate): Measure => ({ view: 'orders', aggregate: 'sum', value, where });
  const recent = (days: number): Predicate => both(bought, { is: 'recent', days })!;
  const f = featureMaker(input);
  const features: PlannedFeature[] = [];
  const notes: string[] = [];
  const add = (...more: PlannedFeature[]) => void features.push(...more);
  const windows = time ? WINDOWS.filter((days) => days < survey.days * 0.9) : [];

  const orders = m('count');
  const spend = total('amount');
  const gross = total('bought_amount');
  const quantity = total('quantity');
  /** What adds up over lines without a look at their orders is added up over lines: there are as many sums as entities, not as orders. */
  const line = (aggregate: Measure['aggregate'], value?: string): Measure => ({ view: 'lines', aggregate, value });
  const boughtLines = line('count');
  const none = { empty: 0 };

  add(f('orders', 'Orders', 'count', 'frequency', ['frequent', 'infrequent'], orders, { unit: 'orders', ...none }));
  if (money) {
    add(
      f('spend', 'Total spend', 'money', 'spend', ['high-spending', 'low-spending'], spend, none),
      f('average_order', 'Average order value', 'money', 'order value', ['big-basket', 'small-basket'], ratio(gross, orders)),
    );
  }
  if (time) {
    const recency = m('since-last');
    const tenure = m('since-first');
    const intervalMean = m('interval-mean', moneyOf(money));
    const months = m('active-months');
    add(
      f('recency', 'Days since the last order', 'days', 'recency', ['lapsed', 'recent'], recency),
      f('tenure', 'Days since the first order', 'days', 'tenure', ['long-standing', 'new'], tenure, { movable: false }),
      f('active_span', 'Days from the first to the last order', 'days', 'tenure', ['long-lived', 'short-lived'], minus(tenure, recency)),
      f('active_months', 'Months with an order', 'count', 'frequency', ['steady', 'occasional'], months, { unit: 'months', ...none }),
      f('orders_per_active_month', 'Orders per active month', 'number', 'frequency', ['frequent', 'infrequent'], ratio(orders, months), { unit: 'orders' }),
      f('active_month_share', 'Share of months with an order', 'share', 'frequency', ['steady', 'occasional'], ratio(months, atLeast(ratio(tenure, 30.4375), months))),
      f('longest_streak', 'Months in a row with an order', 'count', 'frequency', ['unbroken', 'sporadic'], m('streak'), { unit: 'months', ...none }),
      f('interval_mean', 'Days between orders', 'days', 'rhythm', ['seldom-returning', 'often-returning'], intervalMean),
      f('interval_spread', 'Irregularity of orders', 'number', 'rhythm', ['irregular', 'regular'], m('interval-spread', moneyOf(money))),
      f('overdue', 'Time since the last order, in usual intervals', 'number', 'recency', ['overdue', 'on-time'], ratio(recency, atLeast(intervalMean, 1))),
      f('orders_trend', 'Trend of orders', 'index', 'trend', ['growing', 'declining'], steadied(m('trend', { value: 'one' }), orders)),
      ...(survey.days > 200 ? [f('orders_change_90d', 'Orders, last 90 days against the 90 before', 'index', 'trend', ['growing', 'declining'], changed(m('count', { where: recent(90) }), m('count', { where: recent(180) }), FEW))] : []),
      ...windows.map((days) =>
        f(`orders_${days}d`, `Orders in the last ${days} days`, 'count', days <= 90 ? 'recent activity' : 'frequency', ['recently active', 'quiet of late'], m('count', { where: recent(days) }), { unit: 'orders', ...none }),
      ),
      ...windows.filter((days) => days >= 90).map((days) =>
        f(`active_months_${days}d`, `Months with an order, last ${days} days`, 'count', 'recent activity', ['recently steady', 'quiet of late'], m('active-months', { where: recent(days) }), { unit: 'months', ...none }),
      ),
    );
  } else notes.push(`'${source.name}' has no usable times, so it tells nothing of recency, rhythm or trend.`);
  if (lines) add(f('one_time', 'Bought only once', 'flag', 'frequency', ['one-time', 'returning'], equals(orders, 1)));

  if (money) {
    add(f('largest_order', 'Largest order', 'money', 'order value', ['big-basket', 'small-basket'], m('max', { value: 'amount' })));
    if (time) {
      const lately = total('amount', recent(90));
      add(
        f('first_order_value', 'Value of the first order', 'money', 'order value', ['big-starting', 'small-starting'], m('first', { value: 'amount' })),
        f('last_order_value', 'Value of the last order', 'money', 'order value', ['big at last', 'small at last'], m('last', { value: 'amount' })),
        f('spend_per_active_month', 'Spend per active month', 'money', 'spend', ['high-spending', 'low-spending'], ratio(spend, m('active-months'))),
        f('spend_trend', 'Trend of spend', 'index', 'trend', ['growing', 'declining'], steadied(m('trend', { value: 'amount' }), orders)),
        ...(survey.days > 200 ? [f('spend_change_90d', 'Spend, last 90 days against the 90 before', 'index', 'trend', ['growing', 'declining'], changed(lately, total('amount', recent(180)), times(FEW, ratio(gross, orders))))] : []),
        ...windows.map((days) =>
          f(`spend_${days}d`, `Spend in the last ${days} days`, 'money', days <= 90 ? 'recent activity' : 'spend', ['recently spending', 'quiet of late'], total('amount', recent(days)), none),
        ),
        ...(survey.days > 120 ? [f('recent_spend_share', 'Share of spend in the last 90 days', 'share', 'recent activity', ['newly active', 'quiet of late'], given(ratio(lately, gross), gross, 0.0001))] : []),
      );
    }
  }

  if (items) {
    add(
      f('items', 'Items bought', 'count', 'basket', ['bulk-buying', 'few-item'], quantity, { unit: 'items', ...none }),
      f('items_per_order', 'Items per order', 'number', 'basket', ['bulk-buying', 'few-item'], ratio(quantity, orders), { unit: 'items' }),
      f('items_per_line', 'Items of one product at a time', 'number', 'basket', ['bulk-buying', 'single-item'], ratio(quantity, boughtLines), { unit: 'items' }),
      f('largest_quantity', 'Most of one product at a time', 'number', 'basket', ['bulk-buying', 'single-item'], line('max', 'quantity'), { unit: 'items' }),
      ...windows.filter((days) => days >= 30).map((days) =>
        f(`items_${days}d`, `Items in the last ${days} days`, 'count', 'recent activity', ['recently active', 'quiet of late'], total('quantity', recent(days)), { unit: 'items', ...none }),
      ),
    );
  }
  if (has.has('order_id') && survey.rows > 1.05 * survey.entities) {
    add(f('lines_per_order', 'Products per order', 'number', 'basket', ['full-basket', 'single-product'], ratio(boughtLines, orders), { unit: 'products' }));
  }
  if (has.has('price') || (money && items)) {
    const n = line('sum', 'shoal_priced');
    const mean = ratio(line('sum', 'shoal_log_price'), n);
    const variance = minus(ratio(line('sum', 'shoal_log_price_2'), n), times(mean, mean));
    if (items) add(f('price_mean', 'Price paid per item', 'money', 'price', ['premium-priced', 'low-priced'], ratio(gross, quantity)));
    add(
      f('price_typical', 'Typical price of a product', 'money', 'price', ['premium-priced', 'low-priced'], exponential(mean)),
      f('price_spread', 'Spread of prices', 'number', 'price', ['price-roaming', 'price-constant'], given(root(variance), n, 2)),
    );
  }

  if (has.has('product')) {
    const product = (aggregate: Measure['aggregate'], more: Partial<Measure> = {}): Measure => ({ view: 'lines', aggregate, key: 'product', ...more });
    const different = product('distinct');
    add(
      f('products', 'Different products', 'count', 'variety', ['wide-ranging', 'narrow'], different, { unit: 'products', ...none }),
      f('product_variety', 'Variety of products', 'index', 'variety', ['wide-ranging', 'narrow'], product('entropy')),
      f('top_product_share', 'Share of the favourite product', 'share', 'variety', ['single-minded', 'varied'], product('top-share')),
      f('repeat_share', 'Share of lines that repeat a product', 'share', 'repeat', ['repeat-buying', 'ever-new'], ratio(minus(boughtLines, or(different, boughtLines)), boughtLines)),
    );
  }
  if (has.has('category') && survey.categories.length > 1) add(...keyShares(input, { view: 'lines', key: 'category', levels: survey.categories, verb: 'buying' }));

  if (survey.returned > 0) {
    add(f('returned_line_share', 'Share of lines returned', 'share', 'returns', ['often-returning-goods', 'seldom-returning-goods'], shareOf(total('returned_lines'), plus(or(boughtLines, 0), total('returned_lines')), byChance(survey.returned / survey.rows))));
    if (money) add(f('returned_share', 'Share of spend returned', 'share', 'returns', ['often-returning-goods', 'seldom-returning-goods'], given(ratio(total('returned_amount'), gross), gross, 0.0001)));
    add(f('cancelled_orders', 'Orders that only return', 'count', 'returns', ['often-cancelling', 'seldom-cancelling'], minus({ view: 'orders', aggregate: 'count' }, orders), { unit: 'orders', ...none }));
  } else notes.push(`'${source.name}' has no returns, so no feature tells of them.`);
  if (survey.discounted > 0) {
    const fraction = survey.largestDiscount <= 1;
    const discount = line('sum', 'discount');
    add(
      f('discounted_share', 'Share of lines at a discount', 'share', 'discount', ['discount-seeking', 'full-price'], ratio(line('sum', 'shoal_discounted'), boughtLines)),
      f('discount_depth', 'Depth of discount', 'share', 'discount', ['discount-seeking', 'full-price'], fraction || !money ? ratio(discount, boughtLines) : ratio(discount, { op: 'plus', of: [gross, discount] })),
    );
  } else notes.push(`'${source.name}' has no discounts, so no feature tells of them.`);

  if (time) {
    const when = rhythm(input, { view: 'orders', where: bought, doing: 'ordering', noun: 'orders' });
    add(...when.features);
    notes.push(...when.notes);
  }
  const more = rowAttributes(input, 'lines');
  add(...more.features);
  notes.push(...more.notes);
  const told = input.main ? features : features.map((p) => ({ ...p, feature: { ...p.feature, title: `${upperFirst(cleanText(input.about, 30))}: ${lowerFirst(p.feature.title)}` } }));
  return { views: views(input, money, bought !== undefined, more.columns), everyone: { view: 'orders', aggregate: 'count' }, features: told, notes };
}

/** Orders that a trend is steadied with. */
const FEW = 2;

/** A trend over `n` times without the first, which by definition is the oldest, and made up with two at an even pace. */
const steadied = (trend: Formula, n: Formula): Formula => or(ratio(plus(times(n, trend), 1), plus(n, FEW - 1)), given(0, n, 1));

/** What came in the last period against the one before, −1 … 1, `whole` being both and `few` made up half to each. */
const changed = (last: Formula, whole: Formula, few: Formula): Formula => ratio(minus(times(2, last), whole), plus(whole, few));

/** Interval measures and first/last values share one ordering of the orders. */
const moneyOf = (money: boolean): Partial<Measure> => (money ? { value: 'amount' } : {});

function views({ source, survey, dialect: d, asOf }: RecipeInput, money: boolean, returns: boolean, columns: readonly string[]): View[] {
  const has = new Set<string>(source.has);
  const col = (name: string) => d.quote(name);
  const known = has.has('at') ? `\nWHERE ${col('at')} <= ${d.timestamp(asOf)}` : '';
  const kept = returns ? `NOT ${col('returned')}` : undefined;
  const units = (x: string) => d.round(`${d.double(`coalesce(${x}, 0)`)} * 1e4`);
  const amount = has.has('amount') ? col('amount') : has.has('quantity') ? `${col('price')} * ${col('quantity')}` : col('price');
  const price = has.has('price') ? d.double(col('price')) : d.ratio(amount, col('quantity'));
  const logPrice = d.round(`${d.ln(`CASE WHEN ${price} > 0 THEN ${price} END`)} * 1e4`);
  const selected = (fields: Record<string, string | undefined>) => Object.entries(fields).flatMap(([name, sql]) => (sql ? [`${sql} AS ${col(name)}`] : []));
  // Units of a row add up exactly in doubles, at a third of what decimals cost; what the engine multiplies out has more digits than units, and is added up first.
  const total = (x: string, where?: string) => (x === col('amount') || x === col('quantity') ? `coalesce(${d.only('sum', units(x), where)}, 0e0)` : units(d.only('sum', x, where)));
  const bought = money ? total(amount, kept) : undefined;
  const all = money ? total(amount) : undefined;
  const perOrder = selected({
    at: has.has('at') ? `min(${col('at')})` : undefined,
    one: '1e0',
    bought: returns ? `count(CASE WHEN ${kept} THEN 1 END) > 0` : undefined,
    returned_lines: returns ? d.double(d.only('count', '*', col('returned'))) : undefined,
    amount: all,
    bought_amount: bought,
    returned_amount: money && returns ? `${bought} - ${all}` : undefined,
    quantity: has.has('quantity') ? total(col('quantity'), kept) : undefined,
  });
  const by = orderKey(has, survey.ordersMissing > 0, col);
  const orders = `SELECT ${[col('entity'), ...perOrder].join(',\n  ')}\nFROM ${d.quote(source.table)}${known}\nGROUP BY ${by.join(', ')}`;
  const priced = has.has('price') || (money && has.has('quantity'));
  // An attribute of the rows keeps its name, so what is made here has a prefix that none has.
  const perLine = selected({
    quantity: has.has('quantity') ? units(col('quantity')) : undefined,
    shoal_priced: priced ? `CASE WHEN ${logPrice} IS NULL THEN 0e0 ELSE 1e0 END` : undefined,
    shoal_log_price: priced ? `coalesce(${logPrice}, 0e0)` : undefined,
    shoal_log_price_2: priced ? `coalesce(${logPrice} * ${logPrice}, 0e0)` : undefined,
    shoal_discounted: survey.discounted ? `CASE WHEN ${col('discount')} <> 0 THEN 1e0 ELSE 0e0 END` : undefined,
    discount: survey.discounted ? units(`abs(${col('discount')})`) : undefined,
  });
  const carried = ['entity', 'at', 'product', 'category'].filter((c) => c === 'entity' || has.has(c)).concat(columns).map(col).concat(perLine);
  const filters = [known.trim().replace('WHERE ', ''), kept ?? ''].filter(Boolean);
  const lines = `SELECT ${carried.join(',\n  ')}\nFROM ${d.quote(source.table)}${filters.length ? `\nWHERE ${filters.join(' AND ')}` : ''}`;
  const scales = { amount: UNITS, bought_amount: UNITS, returned_amount: UNITS, quantity: UNITS, discount: UNITS, shoal_log_price: UNITS, shoal_log_price_2: UNITS * UNITS };
  // An amount that the engine multiplies out has more decimals than a row in memory.
  const live = !money || has.has('amount');
  return [
    { name: 'orders', sql: orders, scales, whole: money ? ['amount'] : [], ...(live && { live: { of: 'orders', returns, by: orderBy(has, survey.ordersMissing > 0) } }) },
    { name: 'lines', sql: lines, scales, inline: true, ...(live && { live: { of: 'lines', returns } }) },
  ];
}

/** The rows of 'orders' in memory: money and quantities are in units of 1/10,000 there as here. */
export const liveOrders: MakeRows = ({ returns, by }, rows) => {
  const orders = new Map<unknown, { at: number; one: number; bought: boolean; returned_lines: number; amount: number; bought_amount: number; returned_amount: number; quantity: number }>();
  for (const row of rows) {
    const { at, order_id: id } = row;
    const key = by === 'entity' ? 0 : by === 'instant' || (id ?? undefined) === undefined ? (by === 'order' ? undefined : at) : `${id as string}`;
    let order = orders.get(key);
    if (!order) orders.set(key, (order = { at, one: 1, bought: false, returned_lines: 0, amount: 0, bought_amount: 0, returned_amount: 0, quantity: 0 }));
    const amount = unitsOf(row.amount);
    order.at = Math.min(order.at, at);
    order.amount += amount;
    if (returns && row.returned === true) order.returned_lines++;
    else {
      order.bought = true;
      order.bought_amount += amount;
      order.quantity += unitsOf(row.quantity);
    }
    order.returned_amount = order.bought_amount - order.amount;
  }
  return [...orders.values()];
};

/** The rows of 'lines' in memory. */
export const liveLines: MakeRows = ({ returns }, rows) => rows.filter(({ returned }) => !(returns && returned === true)).map((row) => {
  const price = row.price === undefined || row.price === null ? unitsOf(row.amount) / unitsOf(row.quantity) : unitsOf(row.price) / UNITS;
  const priced = price > 0 && price < Infinity;
  const log = priced ? roundHalfAway(Math.log(price) * 1e4) : 0;
  const discount = unitsOf(row.discount);
  return { ...row, quantity: unitsOf(row.quantity), shoal_priced: priced ? 1 : 0, shoal_log_price: log, shoal_log_price_2: log * log, shoal_discounted: discount ? 1 : 0, discount: Math.abs(discount) };
});

const unitsOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

const orderBy = (has: ReadonlySet<string>, missing: boolean) => (has.has('order_id') ? (missing && has.has('at') ? 'order or instant' : 'order') : has.has('at') ? 'instant' : 'entity');

/** What makes an order: its id; else everything an entity did at one instant; else the row itself. */
function orderKey(has: ReadonlySet<string>, missing: boolean, col: (name: string) => string): string[] {
  if (has.has('order_id')) {
    const alone = missing && has.has('at') ? [`CASE WHEN ${col('order_id')} IS NULL THEN ${col('at')} END`] : [];
    return [col('entity'), col('order_id'), ...alone];
  }
  return has.has('at') ? [col('entity'), col('at')] : [col('entity')];
}
