// Builds the report template: one HTML file with its script and styles inside, which asks nothing of the network and works from file://.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const PLACEHOLDER = '<!--shoal:report-->';

/**
 * Writes the template to `out` (default dist/ui/report.html) and gives its path and size in bytes.
 * @param {{ out?: string }} [options]
 * @returns {Promise<{ path: string, bytes: number }>}
 */
export async function buildUi({ out = join(root, 'dist/ui/report.html') } = {}) {
  const { output } = await build({
    configFile: join(root, 'ui/vite.config.ts'),
    configLoader: 'runner',
    build: { write: false },
  });
  const script = text(output.find((part) => part.type === 'chunk'));
  const styles = text(output.find((part) => part.fileName.endsWith('.css')));
  const page = await readFile(join(root, 'ui/report.html'), 'utf8');
  const html = inline(page, script, styles);
  await mkdir(dirname(out), { recursive: true });
  const partial = `${out}.partial`;
  await writeFile(partial, html);
  await rename(partial, out);
  return { path: out, bytes: Buffer.byteLength(html) };
}

function inline(page, script, styles) {
  const safeScript = script.trim().replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');
  const safeStyles = styles.trim().replace(/<\/(style)/gi, '<\\/$1');
  // The policy forbids every request and every script but this one, so that even a fault in escaping could not run or send anything.
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(safeScript).digest('base64')}'`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const html = page
    .replace('<meta charset="utf-8" />', (meta) => `${meta}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`)
    .replace('</head>', () => `  <style>${safeStyles}</style>\n  </head>`)
    .replace(/\s*<script type="module" src="[^"]*"><\/script>/, () => `\n    <script type="module">${safeScript}</script>`);
  if (html.split(PLACEHOLDER).length !== 2) throw new Error(`bug: the report template must hold ${PLACEHOLDER} exactly once`);
  return html;
}

function text(part) {
  if (!part) throw new Error('bug: the page builder gave no script or no stylesheet');
  return part.type === 'chunk' ? part.code : Buffer.from(part.source).toString('utf8');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { path, bytes } = await buildUi({ out: process.argv[2] });
  console.log(`${path}  ${(bytes / 1000).toFixed(0)} kB`);
}
