// A configuration file: `shoal discover` uses it when no files are named.
import { defineShoal } from 'shoal';

export default defineShoal({
  files: ['orders.csv', 'customers.csv'],
  entity: 'customer_id',
  amount: 'quantity * unit_price',
  currency: 'EUR',
  exclude: ['returned_share'],
  seed: 1,
});
