import { expect, it } from 'vitest';
import { contract } from './contract/contract.js';
import { trackRoutes } from './contract/track.js';
import { docsPage } from './docs.js';
import { openApi } from './openapi.js';

interface Doc {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Record<string, Record<string, unknown>>;
  readonly tags: readonly { readonly name: string }[];
}
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly parameters: readonly { readonly $ref?: string; readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: { readonly type?: string } }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Record<string, unknown> }> };
  readonly responses: Record<string, { readonly $ref?: string; readonly description?: string }>;
}

const document = JSON.parse(JSON.stringify(openApi('1.2.3'))) as Doc;
const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));

it('holds every route of the contract, and no other', () => {
  expect(operations.map(({ path, method }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`).sort()).toEqual(Object.keys({ ...contract, ...trackRoutes }).sort());
});

it('keeps the rules of OpenAPI 3.1: ids once, path parameters declared and required, references that lead somewhere, a response each', () => {
  expect(document.openapi).toBe('3.1.0');
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, method, operation } of operations) {
    const place = `${method} ${path}`;
    const own = operation.parameters.filter(({ $ref }) => !$ref);
    expect(own.filter((one) => one.in === 'path').map(({ name }) => name).sort(), place).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
    for (const one of own) {
      expect(['path', 'query'], place).toContain(one.in);
      if (one.in === 'path') expect(one.required, place).toBe(true);
      expect(one.schema, place).toBeTypeOf('object');
    }
    expect(new Set(own.map(({ name, in: where }) => `${where} ${name}`)).size, place).toBe(own.length);
    expect(operation.summary.length, place).toBeGreaterThan(5);
    expect(document.tags.map(({ name }) => name), place).toContain(operation.tags[0]);
    expect(Object.keys(operation.responses).some((status) => /^2\d\d$/.test(status)), place).toBe(true);
    for (const response of Object.values(operation.responses)) expect(response.$ref ?? response.description, place).toBeTypeOf('string');
    if (method === 'get') expect(operation.requestBody, place).toBeUndefined();
  }
  for (const [, at] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    if (at.startsWith('components/')) expect(at.split('/').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document), at).toBeDefined();
  }
});

it('says types, limits and defaults as the server checks them', () => {
  const members = document.paths['/v1/segments/{segment}/members'].get;
  expect(members.parameters.find(({ name }) => name === 'limit')).toMatchObject({ in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 } });
  expect(document.paths['/v1/keys'].post.requestBody?.content['application/json'].schema).toMatchObject({ type: 'object', required: ['name'], additionalProperties: false });
});

it('the page tells of every route without a script or style inside, and holds no markup but its own', () => {
  const page = docsPage('<1>');
  for (const id of Object.keys(contract)) expect(page).toContain(id.split(' ')[1].replace(/&/g, ''));
  expect(page).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|style=|javascript:|<1>/);
});
