import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Figures of the server in the text format of Prometheus. */
export interface Metrics {
  /** @param route pattern, never an address. */
  observe(route: string, method: string, status: number, seconds: number): void;
  text(): Promise<string>;
  readonly type: string;
}

/** `figures` are read when the page is asked for, by name and help. */
export function createMetrics(figures: Readonly<Record<string, { readonly help: string; read(): number }>>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({ name: 'shoal_requests_total', help: 'Requests answered', labelNames: ['route', 'method', 'status'], registers: [registry] });
  const seconds = new Histogram({
    name: 'shoal_request_seconds', help: 'Time to answer, in seconds', labelNames: ['route', 'method'], buckets: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60], registers: [registry],
  });
  for (const [name, { help, read }] of Object.entries(figures)) {
    new Gauge({ name, help, registers: [registry], collect() { this.set(read()); } });
  }
  return {
    observe(route, method, status, took) {
      requests.inc({ route, method, status: String(status) });
      seconds.observe({ route, method }, took);
    },
    text: () => registry.metrics(),
    type: registry.contentType,
  };
}
