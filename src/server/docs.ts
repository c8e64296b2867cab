import { createHash } from 'node:crypto';
import { contract } from './contract/contract.js';
import type { Route } from './contract/route.js';
import { trackRoutes } from './contract/track.js';
import { openApi, tagOf } from './openapi.js';

interface Field {
  readonly name: string;
  readonly in?: string;
  readonly required: boolean;
  readonly text: string;
  readonly type: string;
}

/** The interface as a page: every route, searchable, without a script inside. Its styles and its script are `docsAssets`. */
export function docsPage(version: string): string {
  const { paths } = openApi(version) as { paths: Record<string, Record<string, Operation>> };
  const routesOf: Readonly<Record<string, Route>> = { ...contract, ...trackRoutes };
  const ids = Object.keys(routesOf);
  const groups = grouped(ids);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Shoal: the interface</title>
<link rel="stylesheet" href="${docsAssets.styles.path}">
</head>
<body>
<header>
<p class="brand"><img src="/favicon.svg" alt="">Shoal <span>${escaped(version)}</span></p>
<h1>The interface</h1>
<p class="lead">Everything the workspace does can be asked by a program. Send an API key as <code>Authorization: Bearer shl_…</code>; name a workspace with <code>Shoal-Workspace</code>.
Refusals are problem documents (RFC 9457) with a code and a sentence. The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p>
</header>
<p class="find"><label for="search">Find a route</label> <input id="search" type="search" placeholder="segments, export, operator …" autocomplete="off"> <output id="count" for="search" aria-live="polite">${ids.length} routes</output></p>
<main>
${[...groups].map(([tag, routes]) => `<section><h2>${escaped(tag)}</h2>
${routes.map((id) => routeOf(id, routesOf[id], operationOf(paths, id))).join('\n')}
</section>`).join('\n')}
<p id="none" hidden>No route holds these words.</p>
</main>
<script type="module" src="${docsAssets.script.path}"></script>
</body>
</html>
`;
}

interface Operation {
  readonly parameters: readonly { readonly $ref?: string; readonly name: string; readonly in: string; readonly required: boolean; readonly description?: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
}

const operationOf = (paths: Record<string, Record<string, Operation>>, id: string): Operation => {
  const [method, path] = id.split(' ');
  return paths[path.replace(/:(\w+)/g, '{$1}')][method.toLowerCase()];
};

function routeOf(id: string, { role, serverWide, summary, details, status, answers, takesBytes }: Route, { parameters, requestBody, responses }: Operation): string {
  const [method, path] = id.split(' ');
  const fields: Field[] = parameters.filter(({ $ref }) => !$ref).map(({ name, in: place, required, description, schema }) => ({ name, in: place, required, text: description ?? '', type: typeOf(schema) }));
  const body = requestBody?.content['application/json']?.schema;
  fields.push(...fieldsOf(body, 'body'));
  const answer = Object.values(responses[status]?.content ?? {})[0]?.schema;
  const words = `${id} ${summary} ${details ?? ''} ${role} ${tagOf(id)}`.toLowerCase();
  return `<details id="${anchor(id)}" data-words="${escaped(words)}">
<summary><code class="method ${method.toLowerCase()}">${method}</code> <code class="path">${escaped(path)}</code> <span>${escaped(summary)}</span> <em class="role">${role}${serverWide ? ', whole server' : ''}</em></summary>
${details ? `<p>${escaped(details)}</p>` : ''}
${fields.length ? table('Takes', fields) : takesBytes ? '' : '<p class="quiet">Takes nothing.</p>'}
${takesBytes ? '<p>The body is the file itself, as bytes.</p>' : ''}
<p>Answers <b>${status}</b> ${escaped(status === 204 ? 'without a body' : answersIn(answers, answer))}.</p>
${status !== 204 && fieldsOf(answer).length ? table('Gives', fieldsOf(answer)) : ''}
</details>`;
}

function answersIn(answers: Route['answers'], schema: Schema | undefined): string {
  const what = schema ? typeOf(schema) : 'anything';
  return { json: `with JSON: ${what}`, bytes: `with bytes${schema?.description ? `: ${schema.description}` : ''}`, file: 'with a file to keep', events: `with server-sent events, each ${what}` }[answers];
}

function fieldsOf(schema: Schema | undefined, place?: string): Field[] {
  const inner = schema?.type === 'array' ? schema.items : schema;
  return Object.entries(inner?.properties ?? {}).map(([name, field]) => ({ name, in: place, required: inner?.required?.includes(name) ?? false, text: field.description ?? '', type: typeOf(field) }));
}

function typeOf({ type, title, enum: values, const: only, items, default: preset, minimum, maximum, anyOf }: Schema): string {
  const range = type === 'integer' && maximum !== undefined && Math.abs(maximum) < 1e9 ? ` ${minimum}–${maximum}` : '';
  const basic = title ?? (values ? values.map((value) => `'${String(value)}'`).join(' | ') : only !== undefined ? `'${String(only)}'` : type === 'array' ? `list of ${items ? typeOf(items) : 'anything'}` : anyOf ? 'one of several forms' : [type ?? 'anything'].flat().join(' | '));
  return `${basic}${range}${preset === undefined ? '' : `, ${JSON.stringify(preset)} by default`}`;
}

const table = (caption: string, fields: readonly Field[]) => `<div class="scroll"><table><caption>${caption}</caption><tbody>${fields
  .map(({ name, in: place, required, text, type }) => `<tr><th scope="row"><code>${escaped(name)}</code></th><td>${[place, required ? 'required' : ''].filter(Boolean).join(', ')}</td><td>${escaped(type)}</td><td>${escaped(text)}</td></tr>`)
  .join('')}</tbody></table></div>`;

const anchor = (id: string) => id.toLowerCase().replace(/\W+/g, '-');
const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

function grouped(ids: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const id of ids) groups.set(tagOf(id), [...(groups.get(tagOf(id)) ?? []), id]);
  return groups;
}

/** In the colours of the workspace (ui/src/kit/tokens.css). */
const styles = `
:root { color-scheme: light dark; --ground: light-dark(#f7f7f4, #0f1317); --paper: light-dark(#fff, #161b21); --ink: light-dark(#172026, #e9edf0); --soft: light-dark(#4b5760, #b3bdc6); --faint: light-dark(#66717a, #919ca6); --line: light-dark(#e3e3dd, #2a323a); --accent: light-dark(#0b6472, #5cc7d2); --wash: light-dark(#e3f0f1, #12323a); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: clamp(16px, 4vw, 40px); max-width: 64rem; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .6rem; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
.brand { display: flex; align-items: center; gap: .5rem; margin: 0 0 2rem; font-weight: 650; } .brand img { width: 1.6rem; height: 1.6rem; } .brand span, .quiet { color: var(--faint); font-weight: 400; }
.lead { max-width: 46rem; color: var(--soft); }
a { color: var(--accent); } code { font: .9em/1.4 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.find { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .4rem .8rem; align-items: center; padding: .8rem 0; background: var(--ground); z-index: 1; }
label { font-weight: 600; } input { font: inherit; flex: 0 1 24rem; min-width: 12rem; padding: .45rem .8rem; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: inherit; } input::placeholder, output { color: var(--faint); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
details { border: 1px solid var(--line); border-radius: 10px; background: var(--paper); margin: .45rem 0; padding: 0 1rem; scroll-margin-top: 5rem; } details[open] { padding-bottom: .7rem; }
summary { display: flex; flex-wrap: wrap; gap: .2rem .8rem; align-items: baseline; padding: .6rem 0; cursor: pointer; list-style: none; } summary::-webkit-details-marker { display: none; }
summary span { flex: 1 1 16rem; color: var(--soft); } summary em { font-style: normal; font-size: .85rem; color: var(--faint); }
.method { flex: 0 0 4.6rem; font-weight: 700; color: var(--accent); } .path { font-weight: 600; }
.role { padding: .05rem .5rem; border-radius: 99px; background: var(--wash); }
.scroll { overflow-x: auto; } table { width: 100%; border-collapse: collapse; font-size: .92rem; margin: .4rem 0 .8rem; } caption { text-align: left; font-weight: 600; padding: .2rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem 1rem .35rem 0; border-top: 1px solid var(--line); font-weight: 400; } td:last-child { width: 40%; color: var(--soft); }
[hidden] { display: none !important; }
`;

const script = `
const search = document.getElementById('search'), count = document.getElementById('count'), none = document.getElementById('none');
const routes = [...document.querySelectorAll('details')];
function show() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const route of routes) {
    route.hidden = !words.every((word) => route.dataset.words.includes(word));
    if (!route.hidden) shown++;
  }
  for (const section of document.querySelectorAll('section')) section.hidden = !section.querySelector('details:not([hidden])');
  none.hidden = shown > 0;
  count.value = shown === 1 ? '1 route' : shown + ' routes';
}
search.addEventListener('input', show);
function open() { const route = document.getElementById(location.hash.slice(1)); if (route) route.open = true; }
addEventListener('hashchange', open);
open();
for (const route of routes) route.addEventListener('toggle', () => route.open && history.replaceState(null, '', '#' + route.id));
`;

const asset = (name: string, extension: string, type: string, text: string) => ({ path: `/docs/${name}.${createHash('sha256').update(text).digest('hex').slice(0, 12)}.${extension}`, type, text });

/** What the page loads, under names that change with their content. */
export const docsAssets = { styles: asset('docs', 'css', 'text/css; charset=utf-8', styles), script: asset('docs', 'js', 'text/javascript; charset=utf-8', script) };
