import { AnalyticsBrowser } from '@segment/analytics-next';

/** What a page of a shop has: the official SDK, bundled. */
Object.assign(window, { AnalyticsBrowser });
