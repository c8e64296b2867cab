import { createServer, type RequestListener, type Server } from 'node:http';
import type { Tracking } from './track/tracking.js';

/**
 * Makes the server that listens: the tracking API takes its requests before the framework sees them. Headers must be there within ten seconds; bodies have limits of their own, as uploads may take long.
 * A connection in which nothing is asked is kept for longer than proxies and clients keep theirs: else it could be closed just when the next request is on its way.
 */
export const listener = (tracking: Pick<Tracking, 'take'>) => (handler: RequestListener): Server => {
  const server = createServer({ maxHeaderSize: 16_384, headersTimeout: 10_000, connectionsCheckingInterval: 2000, keepAliveTimeout: 75_000, requestTimeout: 0 }, (request, response) => void (tracking.take(request, response) || handler(request, response)));
  return server;
};
