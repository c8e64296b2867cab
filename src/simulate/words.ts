import type { Category } from './products.js';

/** The pieces that reviews and messages are put together from. `{product}` stands for a product's name. */
export const praise = {
  open: ['Really happy with this.', 'Just what I was looking for.', 'Love it!', 'Very good quality.', 'Exactly as described.', 'Better than expected.', 'My third order already.', 'Great {product}.', 'Can only recommend the {product}.', 'Five stars from me.', 'Works perfectly.', 'A lovely surprise.', 'Très bien!', 'Super, gerne wieder 👍'],
  close: ['Delivery was quick.', 'Arrived a day early.', 'Will order again.', 'Good value for the price.', 'The whole family likes it.', 'Well packed too.', 'Worth every penny.', 'Customer service was friendly.', 'No complaints at all.', ''],
} as const;

export const doubt = {
  open: ['It is okay.', 'Does the job, nothing special.', 'The {product} is fine, I guess.', 'Not bad, not great.', 'Mixed feelings about this one.', 'Average quality.', 'Expected a little more.', 'Good, but pricey.'],
  close: ['Delivery took a while.', 'Might try another brand.', 'The picture looked nicer.', 'Smaller than I thought.', 'Would buy only on offer.', 'Packaging could be better.', ''],
} as const;

export const complaint = {
  open: ['Very disappointed.', 'Not what I ordered.', 'The {product} arrived damaged.', 'Terrible, never again.', 'Poor quality for this price.', 'Used to be so much better.', 'Stopped working after a week.', 'I want my money back.', 'Came two weeks late.', 'Was not fresh at all.'],
  close: ['Nobody answered my e-mails.', 'I have been a customer for years and expected better.', 'Returning it.', 'I will shop elsewhere.', 'The refund is still missing.', 'Support kept me waiting for ever.', 'Do not buy.', ''],
} as const;

/** What people say about the things on each shelf. */
export const about: Record<Category, readonly string[]> = {
  'Organic low-sugar': ['Finally something without added sugar.', 'Tastes natural and not too sweet.', 'Organic and you can tell.', 'My late-night snack.'],
  'Fresh produce': ['Crisp and fresh.', 'The berries were ripe.', 'Lasted all week in the fridge.'],
  Pantry: ['A staple in our kitchen.', 'Big pack, lasts for ages.', 'Same as in the supermarket, but cheaper.'],
  'Sugary boxes': ['The kids finished the box in a day.', 'Very sweet, as it should be.', 'Perfect for the party table.'],
  'Snacks & drinks': ['Good for film nights.', 'Handy multipack.', 'Crunchy and salty.'],
  'Eco household': ['No plastic in the parcel, thank you.', 'The refill saves so much waste.', 'Cleans as well as the chemical stuff.', 'Please keep the packaging compostable.'],
  Household: ['Bought on weekend deals, great price.', 'Cleans well.', 'Bulk pack makes sense.'],
  'Beauty & care': ['Gentle on my skin.', 'Nice smell, not too strong.', 'The tube lasts long.'],
  Gifts: ['It was a birthday present and she loved it.', 'Beautifully wrapped with a card.', 'Arrived in time for Christmas.', 'Bought for my mother.'],
  Electronics: ['Got it in the flash sale, a steal.', 'Battery lasts all day.', 'Easy to set up.'],
  Premium: ['You taste the difference.', 'Looks and feels like luxury.', 'A treat for special evenings.'],
  Fashion: ['Fits well.', 'Order one size up.', 'Colour is as shown.', 'Soft fabric.'],
};

/** Messages to support by topic. */
export const messages = {
  delivery: ['Hello, my order has not arrived yet. Can you check where it is?', 'The tracking page has not moved for four days.', 'Could you deliver after 6 pm, please? I am at work before.', 'The parcel was left with a neighbour I do not know.'],
  quality: ['One of the items arrived broken, please send a replacement.', 'The {product} I received is not the one in the picture.', 'The jar was open and everything in the box is sticky.', 'Half of my order was missing.'],
  anger: ['This is the third time something is wrong with my order. I have spent a lot with you over the years and I am losing patience.', 'I am still waiting for my refund, it has been three weeks now.', 'Please close my account, I have found another shop.', 'The {product} was spoiled when it arrived, for that price I expect better.', 'Your new delivery partner is a disaster. I used to love this shop.', 'Nobody has called me back as promised. Very disappointing.'],
  account: ['I cannot log in, the password link does not work.', 'Please change my delivery address.', 'How do I use my voucher?', 'Do you still sell the {product}?', 'Could I have the invoice as a PDF?'],
  green: ['Is the packaging of the {product} recyclable?', 'Do you take back empty refill bottles?', 'Could you send my order without plastic filling, please?', 'Which of your cleaners are free of palm oil?'],
  trade: ['Please send the invoice with our VAT number.', 'Do you offer a better price for 100 boxes of {product}?', 'We need the delivery on a pallet, dock opens at 8 am.', 'Can we pay this order within 30 days?', 'When will {product} be back in stock in larger quantities?'],
} as const;

export type Topic = keyof typeof messages;
