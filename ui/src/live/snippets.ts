/** A way to send events, ready to be copied. */
export interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly text: string;
}

/** What sends a first event to this server, with the key filled in. */
export function snippetsFor(server: string, key: string): readonly Snippet[] {
  return [
    {
      id: 'curl', title: 'curl', note: 'One line, to see whether it works.',
      text: `curl -u ${key}: ${server}/v1/track -H 'content-type: application/json' \\\n  -d '{"userId": "user-42", "event": "Order Completed", "properties": {"total": 12.5}}'`,
    },
    {
      id: 'browser', title: 'Website', note: 'The browser SDK of Segment, which the server is a CDN for. Bundle it, or load it from where you load such things.',
      text: `import { AnalyticsBrowser } from '@segment/analytics-next';

const analytics = AnalyticsBrowser.load({ writeKey: '${key}', cdnURL: '${server}' });
analytics.page();
analytics.identify('user-42', { plan: 'pro' });
analytics.track('Order Completed', { total: 12.5, currency: 'EUR' });`,
    },
    {
      id: 'node', title: 'Node', note: 'The Node SDK of Segment; those for other languages take a host, too.',
      text: `import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({ writeKey: '${key}', host: '${server}' });
analytics.track({ userId: 'user-42', event: 'Order Completed', properties: { total: 12.5 } });
await analytics.closeAndFlush();`,
    },
    { id: 'history', title: 'Files', note: 'What happened before: each row of a file as an event at its time. Interrupted, run it again; nothing is counted twice.', text: `SHOAL_KEY=${key} shoal ingest replay orders.csv --event 'Order Completed' --url ${server}` },
  ];
}
