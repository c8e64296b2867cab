export const categories = [
  'Organic low-sugar', 'Fresh produce', 'Pantry', 'Sugary boxes', 'Snacks & drinks', 'Eco household',
  'Household', 'Beauty & care', 'Gifts', 'Electronics', 'Premium', 'Fashion',
] as const;

export type Category = (typeof categories)[number];

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly category: Category;
  readonly brand: string;
  /** List price on day 0, in cents. */
  readonly cents: number;
  /** Words a shop would put on the page. */
  readonly words: string;
}

/** Everything the shop sells: 13 products in each of 12 categories. */
export function createProducts(): readonly Product[] {
  return categories.flatMap((category, c) => {
    const shelf = shelves[category];
    return shelf.items.map((item, i) => ({
      id: `P${String(c * 20 + i + 1).padStart(4, '0')}`,
      name: item[0],
      category,
      brand: shelf.brands[(i * 7 + c) % shelf.brands.length],
      cents: item[1],
      words: `${shelf.words}; ${shelf.extra[i % shelf.extra.length]}`,
    }));
  });
}

/** Prices rise a little each January and keep their nines: the price of a product in calendar year `year` of the history. */
export function priceIn(product: Product, year: number): number {
  if (year === 0) return product.cents;
  const raised = product.cents * 1.028 ** year;
  return Math.max(product.cents, Math.round(raised / 10) * 10 - 1);
}

interface Shelf {
  readonly brands: readonly string[];
  readonly words: string;
  readonly extra: readonly string[];
  readonly items: readonly (readonly [name: string, cents: number])[];
}

const shelves: Record<Category, Shelf> = {
  'Organic low-sugar': {
    brands: ['Greenleaf', 'Nature Acre', 'Honest Oat'], words: 'organic, low sugar, wholesome', extra: ['vegan', 'gluten free', 'high fibre', 'no additives'],
    items: [['Organic oat granola, no added sugar', 549], ['Unsweetened almond drink', 249], ['Organic chia pudding', 329], ['Sugar-free muesli', 479], ['Organic peanut butter', 449],
      ['Low-sugar berry yoghurt', 289], ['Organic lentil crackers', 319], ['Raw nut bar, unsweetened', 199], ['Organic kefir', 279], ['Buckwheat porridge', 359], ['Organic hummus', 299], ['Kombucha, low sugar', 269], ['Organic seed bread mix', 419]],
  },
  'Fresh produce': {
    brands: ['Nature Acre', 'Farm Gate', 'Daily Pick'], words: 'fresh, seasonal', extra: ['washed', 'local', 'ripe'],
    items: [['Vegetable box, small', 1499], ['Vegetable box, large', 2299], ['Baby spinach 200 g', 219], ['Avocados, four', 399], ['Mixed berries 300 g', 449], ['Vine tomatoes 1 kg', 349], ['Bananas 1 kg', 179],
      ['Salad kit', 289], ['Blueberries 500 g', 599], ['Sweet potatoes 1 kg', 249], ['Citrus bag', 379], ['Herb pots, three', 499], ['Broccoli, two heads', 269]],
  },
  Pantry: {
    brands: ['Daily Pick', 'Casa Mia', 'Harbour Mill'], words: 'cupboard, everyday', extra: ['family size', 'multipack', 'classic'],
    items: [['Spaghetti 1 kg', 219], ['Basmati rice 2 kg', 549], ['Chopped tomatoes, six tins', 429], ['Olive oil 750 ml', 799], ['Plain flour 1.5 kg', 169], ['Baked beans, six tins', 399], ['Tuna, four tins', 549],
      ['Ground coffee 500 g', 649], ['Black tea, 160 bags', 499], ['Passata 700 g', 149], ['Vegetable stock', 229], ['Red lentils 1 kg', 279], ['Breakfast cereal 750 g', 349]],
  },
  'Sugary boxes': {
    brands: ['Sweet Street', 'Candy Barn', 'Choco Club'], words: 'sweets, sugar, treat box', extra: ['party size', 'chewy', 'milk chocolate', 'sour'],
    items: [['Gummy bear box 1 kg', 899], ['Chocolate bar box, 24', 1499], ['Marshmallow box', 599], ['Cola bottle box', 749], ['Caramel box', 999], ['Iced doughnut box, 12', 1199], ['Lollipop box, 50', 849],
      ['Fudge box', 1099], ['Sour worm box', 799], ['Sugar-frosted cookie box', 949], ['Toffee box', 899], ['Mixed candy box 2 kg', 1699], ['Cupcake box', 1399]],
  },
  'Snacks & drinks': {
    brands: ['Crunch Co', 'Daily Pick', 'Fizz & Sons'], words: 'snack, salty, drinks', extra: ['sharing bag', 'zero', 'multipack'],
    items: [['Sea salt crisps, 12 bags', 449], ['Cola, 24 cans', 1199], ['Pretzels 500 g', 279], ['Salted peanuts 1 kg', 599], ['Sparkling water, 12 bottles', 549], ['Energy drink, 12 cans', 1299], ['Tortilla chips', 199],
      ['Ginger beer, six', 649], ['Popcorn, ten bags', 399], ['Orange juice, six', 749], ['Rice cakes', 179], ['Trail mix 500 g', 549], ['Iced tea, six', 599]],
  },
  'Eco household': {
    brands: ['Refill Works', 'Pure Planet', 'Second Leaf'], words: 'eco, refill, plastic free', extra: ['biodegradable', 'recycled paper', 'carbon neutral', 'compostable'],
    items: [['Laundry refill 3 l', 1599], ['Bamboo toilet paper, 24 rolls', 2199], ['Solid shampoo bar', 899], ['Dish soap refill 2 l', 1099], ['Compostable bin liners', 549], ['Beeswax wraps', 1299], ['Bamboo toothbrushes, four', 799],
      ['All-purpose cleaner tablets', 999], ['Reusable kitchen towels', 1399], ['Plastic-free dishwasher tabs', 1249], ['Wool dryer balls', 1499], ['Steel drinking bottle', 1899], ['Recycled notebooks, three', 949]],
  },
  Household: {
    brands: ['Brightway', 'Homely', 'Daily Pick'], words: 'household, cleaning, value pack', extra: ['value pack', 'lemon', 'extra strong'],
    items: [['Washing powder 5 kg', 1199], ['Kitchen roll, 12', 899], ['Dishwasher tabs, 100', 1099], ['Bleach, three bottles', 399], ['Sponges, 20', 299], ['Toilet paper, 32 rolls', 1399], ['Bin bags, 100', 599],
      ['Glass cleaner', 279], ['Storage boxes, five', 1499], ['Batteries, 24', 999], ['Light bulbs, six', 1199], ['Fabric softener 4 l', 749], ['Floor cleaner', 349]],
  },
  'Beauty & care': {
    brands: ['Lumen', 'Soft Shore', 'Derma Day'], words: 'care, beauty', extra: ['sensitive', 'unscented', 'travel size'],
    items: [['Day cream', 1799], ['Shower gel, six', 899], ['Shampoo 750 ml', 749], ['Hand cream, three', 699], ['Toothpaste, four', 599], ['Razor blades, eight', 1699], ['Sun lotion SPF 50', 1299],
      ['Face mask set', 1199], ['Deodorant, three', 849], ['Lip balm', 349], ['Body lotion', 949], ['Mascara', 1399], ['Hair oil', 1599]],
  },
  Gifts: {
    brands: ['Bow & Ribbon'], words: 'gift, wrapped, card included', extra: ['a present that arrives in time'],
    items: [['Gift hamper, small', 3999], ['Gift hamper, large', 6999], ['Flower bouquet', 3499], ['Scented candle set', 2499], ['Personalised mug', 1499], ['Photo frame', 1999], ['Chocolate gift box', 2299],
      ['Spa gift set', 3299], ['Birthday balloon box', 2799], ['Plush bear', 1899], ['Wooden puzzle', 2199], ['Greeting card set', 1299], ['Tea tasting gift set', 2699]],
  },
  Electronics: {
    brands: ['Voltra', 'Kitech', 'Ohmline'], words: 'electronics, gadget', extra: ['2-year warranty', 'fast charging', 'wireless'],
    items: [['Wireless earbuds', 5999], ['Phone charger', 1999], ['Bluetooth speaker', 4499], ['Smart plug, two', 2499], ['Fitness band', 4999], ['USB-C cable, three', 1299], ['Desk lamp', 3499],
      ['Power bank', 2999], ['Webcam', 5499], ['Electric toothbrush', 6499], ['Mini projector', 9999], ['Keyboard', 4999], ['Memory card', 1799]],
  },
  Premium: {
    brands: ['Maison Clair', 'Aurelio', 'Highfield Reserve'], words: 'premium, hand made, limited', extra: ['single origin', 'vintage', 'reserve'],
    items: [['Single-origin coffee 1 kg', 3499], ['Barolo, vintage', 4999], ['Aged balsamic', 3999], ['Truffle selection', 5499], ['Champagne brut', 4499], ['Wagyu steak box', 8999], ['Cashmere throw', 12999],
      ['Iberico ham', 7999], ['Artisan cheese box', 4299], ['Espresso machine', 39900], ['Reserve whisky', 6999], ['Leather weekender', 18999], ['Grand cru chocolate', 2999]],
  },
  Fashion: {
    brands: ['Northbound', 'Mira', 'Twelve Threads'], words: 'fashion, clothing', extra: ['new season', 'slim fit', 'unisex'],
    items: [['Cotton T-shirt', 1499], ['Denim jacket', 4999], ['Running socks, five', 1199], ['Knit jumper', 3999], ['Canvas sneakers', 4499], ['Summer dress', 3499], ['Leather belt', 2499],
      ['Beanie', 1299], ['Rain jacket', 5999], ['Yoga leggings', 2999], ['Sunglasses', 2299], ['Linen shirt', 3299], ['Tote bag', 1799]],
  },
};
