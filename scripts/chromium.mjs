// Opens the Chromium that comes with the development dependencies, or the one named by CHROMIUM_PATH.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const ARGS = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--font-render-hinting=none'];

/** A headless Chromium; rejects with the reason where it cannot run. */
export async function openChromium() {
  const executablePath = process.env.CHROMIUM_PATH ?? (await packaged());
  const fonts = await plainFonts();
  const tidy = () => fonts.FONTCONFIG_FILE && rmSync(dirname(fonts.FONTCONFIG_FILE), { recursive: true, force: true });
  const browser = await chromium.launch({ executablePath, args: ARGS, headless: true, env: { ...process.env, ...fonts } }).catch((error) => {
    tidy();
    throw error;
  });
  browser.once('disconnected', tidy);
  return browser;
}

async function packaged() {
  const { default: source } = await import('@sparticuz/chromium');
  return source.executablePath();
}

/** A bare Linux has no good sans-serif: the package brings Open Sans, which a fonts.conf of our own offers as the default. */
async function plainFonts() {
  if (process.platform !== 'linux' || process.env.FONTCONFIG_FILE) return {};
  try {
    const archive = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../../bin/fonts.tar.br');
    const folder = await mkdtemp(join(tmpdir(), 'shoal-fonts-'));
    await writeFile(join(folder, 'fonts.tar'), brotliDecompressSync(await readFile(archive)));
    execFileSync('tar', ['xf', 'fonts.tar'], { cwd: folder });
    const file = join(folder, 'fonts.conf');
    await writeFile(file, fontsConf(join(folder, 'fonts'), join(folder, 'cache')));
    return { FONTCONFIG_FILE: file };
  } catch {
    return {}; // the pictures then wear whatever the machine has
  }
}

const fontsConf = (fonts, cache) => `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>${fonts}</dir><dir>/usr/share/fonts</dir><cachedir>${cache}</cachedir>
${['sans-serif', 'system-ui', 'ui-sans-serif'].map((family) => `<alias binding="strong"><family>${family}</family><prefer><family>Open Sans</family></prefer></alias>`).join('\n')}
</fontconfig>`;
