import type { ColumnRole, SourceKind } from '../../../src/domain/source.js';

/** What a column can be said to be, in words of everyday. */
export const ROLES: Readonly<Record<ColumnRole, { readonly title: string; readonly words: string }>> = {
  entity: { title: 'Who', words: 'says whom the row belongs to' },
  time: { title: 'When', words: 'says when it happened' },
  order: { title: 'Order', words: 'number of the order, invoice or basket' },
  product: { title: 'Product', words: 'what was bought or looked at' },
  category: { title: 'Category', words: 'the kind of product' },
  quantity: { title: 'How many', words: 'number of items' },
  price: { title: 'Price', words: 'price of one item' },
  amount: { title: 'Amount', words: 'money of the whole row' },
  discount: { title: 'Discount', words: 'how much was taken off' },
  event: { title: 'What happened', words: 'such as visit, click, cancel' },
  text: { title: 'Free text', words: 'reviews, messages, notes' },
  label: { title: 'Outcome', words: 'shown, but never used to form groups' },
  attribute: { title: 'Trait', words: 'describes them' },
  key: { title: 'Link', words: 'points to another file' },
  ignore: { title: 'Left out', words: 'not used' },
};

/** What a person can turn a column into; the others follow from the data. */
export const CHOOSABLE = ['entity', 'time', 'order', 'product', 'category', 'quantity', 'price', 'amount', 'discount', 'event', 'text', 'label', 'ignore'] as const satisfies readonly ColumnRole[];
export type ChoosableRole = (typeof CHOOSABLE)[number];

export const KINDS: Readonly<Record<SourceKind, { readonly title: string; readonly words: string }>> = {
  transactions: { title: 'Purchases', words: 'each row is something bought, or part of an order' },
  events: { title: 'Events', words: 'each row is something that happened: a visit, a click, an e-mail' },
  entities: { title: 'One row each', words: 'each row is one customer' },
  lookup: { title: 'A list to look things up in', words: 'such as products with their categories' },
  text: { title: 'Texts', words: 'each row is something written: a review, a message' },
};
