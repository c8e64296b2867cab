import { describe, expect, it } from 'vitest';
import { jsonForHtml, REPORT_PLACEHOLDER, renderReport, textForHtml } from './report-html.js';

const template = `<html><head><title>Shoal report</title></head><body>${REPORT_PLACEHOLDER}</body></html>`;
const dataOf = (html: string) => /<script type="application\/json" id="shoal-report">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';

describe('renderReport', () => {
  it('puts the data where the placeholder was, readable as the same JSON', () => {
    const report = { title: 'Shop', names: ['a "b" \\ c', 'ü', '💧'] };
    expect(JSON.parse(dataOf(renderReport(template, report)))).toEqual(report);
  });

  it('lets no string end the block or open a comment', () => {
    const report = { title: 't', name: '</script><script>alert(1)</script><!--' };
    const html = renderReport(template, report);
    expect(html.match(/<\/script>/g)).toHaveLength(1);
    expect(html).not.toContain('<!--');
    expect(JSON.parse(dataOf(html))).toEqual(report);
  });

  it('escapes the Unicode line separators', () => {
    expect(jsonForHtml('a\u2028b\u2029c')).toBe('"a\\u2028b\\u2029c"');
  });

  it('takes replacement patterns in the data literally', () => {
    const report = { title: "$& $' $` $1", price: '$$9' };
    const html = renderReport(template, report);
    expect(JSON.parse(dataOf(html))).toEqual(report);
    expect(html).toContain('<title>$&#38; $&#39; $` $1</title>');
  });

  it('sets the title as text', () => {
    expect(renderReport(template, { title: '</title><script>x' })).toContain('<title>&#60;/title&#62;&#60;script&#62;x</title>');
    expect(textForHtml(`a&b<c>"d'`)).toBe('a&#38;b&#60;c&#62;&#34;d&#39;');
  });

  it('writes numbers that JSON has no word for as null', () => {
    expect(JSON.parse(jsonForHtml({ empty: Number.NaN, high: Infinity }))).toEqual({ empty: null, high: null });
  });

  it('refuses a template without the placeholder', () => {
    expect(() => renderReport('<title>x</title>', { title: 't' })).toThrow('bug: the report template has no');
  });
});
