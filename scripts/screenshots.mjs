// Takes pictures of a finished report: node scripts/screenshots.mjs <report.html> <out-folder> [part …]
// Desktop and phone, light and dark: the first screen, the whole page, and every part by itself (or only the parts named, e.g. "map").
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openChromium } from './chromium.mjs';

const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } };
// In a picture of one part, the bar that follows the reader would cover it, and the part wants a margin.
const PLAIN = 'header:has(nav) { position: static !important } main > section { padding: 24px !important; margin-inline: -24px } article { scroll-margin: 0 }';
const [report, folder, ...only] = process.argv.slice(2);
if (!report || !folder) {
  console.error('Give a report and a folder: node scripts/screenshots.mjs shoal-out/report.html pictures');
  process.exit(2);
}

await mkdir(folder, { recursive: true });
const browser = await openChromium();
try {
  for (const [size, viewport] of Object.entries(SIZES))
    for (const colorScheme of ['light', 'dark']) await shoot(`${size}-${colorScheme}`, viewport, colorScheme);
} finally {
  await browser.close();
}

async function shoot(name, viewport, colorScheme) {
  const page = await browser.newPage({ viewport, colorScheme, deviceScaleFactor: 1, reducedMotion: 'reduce' });
  await page.goto(pathToFileURL(resolve(report)).href);
  await page.waitForSelector('main');
  await page.waitForTimeout(150);
  if (only.length === 0) {
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await page.screenshot({ path: join(folder, `${name}-whole.png`), fullPage: true });
  }
  await page.addStyleTag({ content: PLAIN });
  for (const part of await page.locator('main > section, #segments article').all()) {
    const id = await part.getAttribute('id');
    if (only.length === 0 || only.includes(id)) await part.screenshot({ path: join(folder, `${name}-${id}.png`) });
  }
  await page.close();
  console.log(name);
}
