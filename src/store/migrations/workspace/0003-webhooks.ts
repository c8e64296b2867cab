import type { Migration } from '../../migrate.js';

/** Webhooks, what is to be delivered to them, and every attempt to do so. */
export const webhooks: Migration = {
  name: 'webhooks',
  async up({ schema }) {
    await schema.createTable('webhooks')
      .addColumn('seq', 'integer', (c) => c.primaryKey())
      .addColumn('id', 'text', (c) => c.notNull().unique())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('url', 'text', (c) => c.notNull())
      .addColumn('segments', 'text')
      .addColumn('types', 'text')
      .addColumn('secret', 'text', (c) => c.notNull())
      .addColumn('old_secret', 'text')
      .addColumn('old_secret_until', 'bigint')
      .addColumn('disabled_at', 'bigint')
      .addColumn('disabled_why', 'text')
      .addColumn('cursor', 'bigint', (c) => c.notNull())
      .addColumn('last_success', 'bigint')
      .addColumn('last_failure', 'bigint')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('created_by', 'text', (c) => c.notNull())
      .addColumn('removed_at', 'bigint')
      .execute();
    await schema.createTable('deliveries')
      .addColumn('id', 'bigint', (c) => c.primaryKey())
      .addColumn('webhook', 'integer', (c) => c.notNull())
      .addColumn('n', 'bigint', (c) => c.notNull())
      .addColumn('entity', 'text', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('change', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('attempts', 'integer', (c) => c.notNull())
      .addColumn('due', 'bigint')
      .addColumn('settled_at', 'bigint')
      .addColumn('why', 'text')
      .addUniqueConstraint('deliveries_change', ['webhook', 'n'])
      .execute();
    await schema.createIndex('deliveries_due').on('deliveries').columns(['webhook', 'due', 'id']).where('due', 'is not', null).execute();
    await schema.createIndex('deliveries_entity').on('deliveries').columns(['entity', 'webhook', 'id']).execute();
    await schema.createIndex('deliveries_state').on('deliveries').columns(['webhook', 'state', 'id']).execute();
    await schema.createIndex('deliveries_settled').on('deliveries').column('settled_at').where('settled_at', 'is not', null).execute();
    await schema.createTable('delivery_attempts')
      .addColumn('delivery', 'bigint', (c) => c.notNull())
      .addColumn('number', 'integer', (c) => c.notNull())
      .addColumn('at', 'bigint', (c) => c.notNull())
      .addColumn('ms', 'bigint', (c) => c.notNull())
      .addColumn('status', 'integer')
      .addColumn('fault', 'text')
      .addPrimaryKeyConstraint('delivery_attempts_key', ['delivery', 'number'])
      .execute();
  },
};
