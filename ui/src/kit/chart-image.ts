import { saveBlob } from './save.js';

export interface ImageWords {
  readonly title: string;
  /** What the chart is of: workspace, run, day. */
  readonly source?: string;
}

/** Saves what an element shows as a file. @throws where the browser cannot make the image */
export async function saveImage(element: HTMLElement, as: 'png' | 'svg', words: ImageWords): Promise<void> {
  const drawing = drawingOf(element, words);
  const blob = as === 'svg' ? new Blob([drawing.svg], { type: 'image/svg+xml' }) : await rasterOf(drawing);
  saveBlob(blob, `${fileName(words.title)}.${as}`);
}

/** Puts what an element shows on the clipboard as an image. @throws where the browser does not allow it */
export async function copyImage(element: HTMLElement, words: ImageWords): Promise<void> {
  // The promise, not the image, is handed over: some browsers allow it only within the click itself.
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': rasterOf(drawingOf(element, words)) })]);
}

/** 'What sets them apart: spend' → 'what-sets-them-apart-spend'. */
export const fileName = (title: string): string => title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, 80) || 'chart';

interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

const MARGIN = 20;
const SHARPNESS = 2;

async function rasterOf({ svg, width, height }: Drawing): Promise<Blob> {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.ceil(width * SHARPNESS);
    canvas.height = Math.ceil(height * SHARPNESS);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('The image is too large.'))), 'image/png'));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * What an element shows, as one drawing that needs nothing else: boxes, borders, texts line by line, charts and canvases, in the colours that they wear now,
 * with a title above and a source below. What only steers (menus, fields) is left out.
 */
export function drawingOf(element: HTMLElement, { title, source }: ImageWords): Drawing {
  const frame = element.getBoundingClientRect();
  const page = getComputedStyle(element);
  const head = title ? 34 : 0;
  const pen = new Pen(frame.left - MARGIN, frame.top - MARGIN - head);
  pen.walk(element);
  const width = Math.ceil(Math.max(frame.width, pen.right - frame.left)) + 2 * MARGIN;
  const height = Math.ceil(Math.max(frame.height, pen.bottom - frame.top)) + 2 * MARGIN + head + (source ? 26 : 0);
  const ink = hex(page.color);
  const words = (text: string, y: number, size: number, weight: number, opacity: number) =>
    `<text x="${MARGIN}" y="${y}" font-family="${escaped(page.fontFamily)}" font-size="${size}" font-weight="${weight}" fill="${ink.colour}" fill-opacity="${opacity}">${escaped(text)}</text>`;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${groundOf(element)}"/>`,
    title ? words(title, MARGIN + 16, 17, 650, 1) : '',
    ...pen.marks,
    source ? words(source, height - 16, 12, 400, 0.7) : '',
    '</svg>',
  ].join('');
  return { svg, width, height };
}

/** Draws elements in the order in which they are painted, as far as charts need it. */
class Pen {
  readonly marks: string[] = [];
  right = 0;
  bottom = 0;
  private clips = 0;

  constructor(
    private readonly x: number,
    private readonly y: number,
  ) {}

  walk(element: Element): void {
    const style = getComputedStyle(element);
    if (style.display === 'none' || style.visibility === 'hidden' || style.opacity === '0' || skipped(element)) return;
    const box = element.getBoundingClientRect();
    if (box.width <= 1 && box.height <= 1 && style.overflow === 'hidden') return; // for screen readers only
    const clip = style.overflowX === 'hidden' || style.overflowX === 'clip' ? `clip-${this.clips++}-${Math.round(box.left)}` : undefined;
    if (clip) this.marks.push(`<clipPath id="${clip}"><rect ${this.place(box)} rx="${round(Number.parseFloat(style.borderTopLeftRadius) || 0)}"/></clipPath>`);
    const group = [clip ? ` clip-path="url(#${clip})"` : '', style.opacity === '1' ? '' : ` opacity="${style.opacity}"`].join('');
    if (group) this.marks.push(`<g${group}>`);
    if (element instanceof SVGSVGElement) this.graphic(element, box, style);
    else {
      this.box(box, style);
      if (element instanceof HTMLCanvasElement) this.picture(element, box);
      for (const child of element.childNodes) {
        if (child instanceof Element) this.walk(child);
        else if (child instanceof Text && child.data.trim()) this.text(child, style);
      }
    }
    if (group) this.marks.push('</g>');
  }

  private place({ left, top, width, height }: DOMRect): string {
    return `x="${round(left - this.x)}" y="${round(top - this.y)}" width="${round(width)}" height="${round(height)}"`;
  }

  private reach(box: DOMRect): void {
    this.right = Math.max(this.right, box.right);
    this.bottom = Math.max(this.bottom, box.bottom);
  }

  private box(box: DOMRect, style: CSSStyleDeclaration): void {
    if (box.width === 0 && box.height === 0) return;
    this.reach(box);
    const ground = hex(style.backgroundColor);
    const radius = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, box.height / 2);
    if (ground.opacity > 0 && box.width > 0 && box.height > 0) this.marks.push(`<rect ${this.place(box)} rx="${round(radius)}"${fill(ground)}/>`);
    const sides = (['Top', 'Right', 'Bottom', 'Left'] as const).map((side) => ({ side, width: style[`border${side}Style`] === 'none' ? 0 : Number.parseFloat(style[`border${side}Width`]) || 0, colour: hex(style[`border${side}Color`]), dashed: style[`border${side}Style`] === 'dashed' }));
    const [first] = sides;
    if (sides.every((s) => s.width > 0 && s.width === first.width && s.colour.colour === first.colour.colour)) {
      const half = first.width / 2;
      const inner = new DOMRect(box.left + half, box.top + half, box.width - first.width, box.height - first.width);
      this.marks.push(`<rect ${this.place(inner)} rx="${round(Math.max(0, radius - half))}" fill="none" stroke="${first.colour.colour}" stroke-opacity="${first.colour.opacity}" stroke-width="${first.width}"${first.dashed ? ' stroke-dasharray="4 3"' : ''}/>`);
      return;
    }
    for (const { side, width, colour } of sides) {
      if (width === 0 || colour.opacity === 0) continue;
      const edge = side === 'Top' ? new DOMRect(box.left, box.top, box.width, width) : side === 'Bottom' ? new DOMRect(box.left, box.bottom - width, box.width, width) : side === 'Left' ? new DOMRect(box.left, box.top, width, box.height) : new DOMRect(box.right - width, box.top, width, box.height);
      this.marks.push(`<rect ${this.place(edge)}${fill(colour)}/>`);
    }
  }

  private picture(canvas: HTMLCanvasElement, box: DOMRect): void {
    if (canvas.width === 0 || canvas.height === 0) return;
    this.marks.push(`<image ${this.place(box)} preserveAspectRatio="none" href="${canvas.toDataURL('image/png')}"/>`);
  }

  /** An SVG chart as it is, every colour and line written into it. */
  private graphic(chart: SVGSVGElement, box: DOMRect, style: CSSStyleDeclaration): void {
    if (box.width === 0 || box.height === 0) return;
    this.reach(box);
    this.box(box, style);
    const copy = chart.cloneNode(true) as SVGSVGElement;
    const from = [chart, ...chart.querySelectorAll('*')];
    const to = [copy, ...copy.querySelectorAll('*')];
    from.forEach((element, i) => wear(to[i], getComputedStyle(element)));
    for (const [name, value] of [['x', box.left - this.x], ['y', box.top - this.y], ['width', box.width], ['height', box.height]] as const) copy.setAttribute(name, String(round(value)));
    copy.setAttribute('overflow', style.overflow);
    copy.removeAttribute('role');
    this.marks.push(new XMLSerializer().serializeToString(copy));
  }

  private text(node: Text, style: CSSStyleDeclaration): void {
    const ink = hex(style.color);
    const size = Number.parseFloat(style.fontSize);
    const ascent = ascentOf(style);
    for (const { text, left, top, width } of linesOf(node)) {
      const shown = cased(text, style.textTransform);
      this.right = Math.max(this.right, left + width);
      const fit = shown.length > 1 && width > 0 ? ` textLength="${round(width)}" lengthAdjust="spacingAndGlyphs"` : '';
      this.marks.push(
        `<text xml:space="preserve" x="${round(left - this.x)}" y="${round(top - this.y + ascent)}"${fit} font-family="${escaped(style.fontFamily)}" font-size="${size}" font-weight="${style.fontWeight}"${style.fontStyle === 'normal' ? '' : ` font-style="${style.fontStyle}"`}${style.textDecorationLine.includes('line-through') ? ' text-decoration="line-through"' : ''}${fill(ink)}>${escaped(shown)}</text>`,
      );
    }
  }
}

/** What steers a chart and is none of it. */
const skipped = (element: Element): boolean => element.matches('[data-export="skip"], input, select, textarea, script, style, button:not([aria-pressed]), .mantine-InputWrapper-root, .mantine-SegmentedControl-root, .mantine-Switch-root');

const PAINTS = [['fill', 'fill-opacity'], ['stroke', 'stroke-opacity'], ['stop-color', 'stop-opacity']] as const;

const WORN = [
  'fill-rule', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'opacity', 'vector-effect', 'paint-order', 'display', 'visibility',
  'font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline',
];

/** Writes into an element what its style says. */
function wear(element: Element, style: CSSStyleDeclaration): void {
  for (const [name, strength] of PAINTS) {
    const value = style.getPropertyValue(name);
    if (!value || (name === 'stop-color') !== (element.localName === 'stop')) continue;
    const drawn = value === 'none' || value.startsWith('url(') ? { colour: value, opacity: 1 } : hex(value);
    element.setAttribute(name, drawn.colour);
    element.setAttribute(strength, String(round(drawn.opacity * Number(style.getPropertyValue(strength) || 1))));
  }
  for (const name of WORN) {
    const value = style.getPropertyValue(name);
    if (value && value !== 'normal') element.setAttribute(name, value);
  }
  element.removeAttribute('class');
  element.removeAttribute('style');
}

interface TextLine {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** The lines into which the browser broke a text. */
function linesOf(node: Text): TextLine[] {
  const range = document.createRange();
  const pieces = [...node.data.matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const boxes = range.getClientRects();
    if (boxes.length <= 1) return boxes.length ? [{ text: word, box: boxes[0] }] : [];
    return [...word].reduce<{ at: number; pieces: { text: string; box: DOMRect }[] }>(
      (sofar, letter) => {
        range.setStart(node, sofar.at);
        range.setEnd(node, sofar.at + letter.length);
        const box = range.getBoundingClientRect();
        return { at: sofar.at + letter.length, pieces: [...sofar.pieces, { text: letter, box }] };
      },
      { at: index, pieces: [] },
    ).pieces;
  });
  const lines: { text: string; left: number; right: number; top: number }[] = [];
  for (const { text, box } of pieces) {
    const line = lines.at(-1);
    if (line && Math.abs(line.top - box.top) < 2 && box.left >= line.right - 2) {
      line.text += box.left - line.right > 0.5 ? ` ${text}` : text;
      line.right = box.right;
    } else lines.push({ text, left: box.left, right: box.right, top: box.top });
  }
  return lines.map(({ text, left, right, top }) => ({ text, left, top, width: right - left }));
}

const cased = (text: string, transform: string): string =>
  transform === 'uppercase' ? text.toLocaleUpperCase() : transform === 'lowercase' ? text.toLocaleLowerCase() : transform === 'capitalize' ? text.replace(/(^|\s)\S/g, (c) => c.toLocaleUpperCase()) : text;

function ascentOf(style: CSSStyleDeclaration): number {
  const pen = palette();
  if (!pen) return Number.parseFloat(style.fontSize) * 0.95;
  pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  return pen.measureText('x').fontBoundingBoxAscent;
}

interface Colour {
  readonly colour: string;
  readonly opacity: number;
}

const fill = ({ colour, opacity }: Colour): string => ` fill="${colour}"${opacity < 1 ? ` fill-opacity="${round(opacity)}"` : ''}`;

let mixed: CanvasRenderingContext2D | null | undefined;
const palette = (): CanvasRenderingContext2D | null => (mixed ??= document.createElement('canvas').getContext('2d', { willReadFrequently: true }));

/** Any colour of CSS as one that every program reads. */
function hex(css: string): Colour {
  const plain = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(css);
  if (plain) return { colour: toHex([Number(plain[1]), Number(plain[2]), Number(plain[3])]), opacity: plain[4] === undefined ? 1 : Number(plain[4]) };
  const pen = palette();
  if (!pen) return { colour: '#000000', opacity: 1 };
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = '#000';
  pen.fillStyle = css;
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
  return { colour: toHex([r, g, b]), opacity: a / 255 };
}

const toHex = (rgb: readonly number[]): string => `#${rgb.map((c) => c.toString(16).padStart(2, '0')).join('')}`;

/** The first ground behind an element that is not see-through. */
function groundOf(element: Element | null): string {
  for (let at = element; at; at = at.parentElement) {
    const { colour, opacity } = hex(getComputedStyle(at).backgroundColor);
    if (opacity === 1) return colour;
  }
  return '#ffffff';
}

const round = (x: number): number => Math.round(x * 100) / 100;

// XML cannot hold control characters at all.
const escaped = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd').replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
