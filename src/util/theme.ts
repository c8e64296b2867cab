/** What a family of features is about, whichever source it comes from: families of further sources carry the source's name in front. */
export type Theme =
  | 'recency' | 'recent activity' | 'frequency' | 'spend' | 'order value' | 'basket' | 'tenure' | 'interval' | 'trend' | 'hours' | 'weekdays' | 'season'
  | 'discount' | 'returns' | 'price' | 'variety' | 'category' | 'browsing' | 'email' | 'text' | 'other';

/** The part of a feature that says what it is about. */
interface About {
  readonly family: string;
  readonly source: string;
  readonly title: string;
}

const endings: readonly (readonly [RegExp, Theme])[] = [
  [/recent activity$/, 'recent activity'], [/recency$/, 'recency'], [/frequency$/, 'frequency'], [/spend$|monetary$/, 'spend'], [/order value$/, 'order value'],
  [/basket$/, 'basket'], [/tenure$/, 'tenure'], [/interval$|rhythm$/, 'interval'], [/trend$/, 'trend'], [/hours$/, 'hours'], [/weekdays?$/, 'weekdays'],
  [/season$/, 'season'], [/discount$/, 'discount'], [/returns$/, 'returns'], [/price$/, 'price'], [/variety$|repeat$/, 'variety'], [/categor(y|ies)$/, 'category'],
];
const mail = /e-?mail|newsletter|mailing/i;
const promotion = /campaign|coupon|promo|voucher/i;
const words = /review|ticket|comment|text|support|chat/i;

/** The theme of a feature: a plain attribute, or a family that nobody planned for, is 'other'. */
export function themeOf({ family, source, title }: About): Theme {
  if (/attribute (sub_?)?(category|categories|department|brand|product|words|description|collection|genre)/.test(family)) return 'category';
  if (/attribute\b/.test(family)) return 'other';
  if (/\blast \d+ days\b/.test(title)) return 'recent activity';
  const about = `${family} ${source} ${title}`;
  if (/(browsing|events|web|app)$/.test(family)) return 'browsing';
  if (/(email|e-mail|mail)$/.test(family)) return 'email';
  if (/(^|[_ ])(activity|kinds|depth|rates|length)$/.test(family) && !/recent activity$/.test(family)) return mail.test(about) ? 'email' : words.test(about) ? 'text' : promotion.test(about) ? 'other' : 'browsing';
  return endings.find(([ending]) => ending.test(family))?.[1] ?? 'other';
}

/** The same word for families of the main source and of others: what distinguishes "hours" of ordering from hours of browsing does not matter to a name. */
export const themeKey = (feature: About): string => {
  const theme = themeOf(feature);
  return theme === 'other' ? feature.family : theme === 'recent activity' ? 'recency' : theme; // having come lately is one thing, however it is counted
};
