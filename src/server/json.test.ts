import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJson } from './json.js';

const parse = (text: string) => parseJson(new TextEncoder().encode(text));

it('reads what JSON.parse reads', () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }).filter((value) => !/__proto__|constructor|prototype/.test(JSON.stringify(value))), (value) => {
    expect(parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    expect(parse(JSON.stringify(value, null, 2))).toEqual(JSON.parse(JSON.stringify(value)));
  }));
});

it.each([
  ['{"__proto__": {"admin": true}}', "a key '__proto__'"],
  ['{"a": [{"constructor" : 1}]}', "a key 'constructor'"],
  ['{"\\u005f_proto__": 1}', "a key '__proto__'"],
  [`{"__proto__"${' '.repeat(100)}: 1}`, "a key '__proto__'"],
  ['{"a": 1, "\\u0061": 2}', "the key 'a' twice"],
  ['{"a": {"b": 1, "b": 2}}', "the key 'b' twice"],
  ['['.repeat(100_000), 'deeper than 32'],
  ['{"a":'.repeat(40) + '1' + '}'.repeat(40), 'deeper than 32'],
  ['', 'empty'], ['   ', 'empty'], ['{"a": 1', 'not as JSON'], ['{a: 1}', 'position 1'], ['NaN', 'not as JSON'], ['"\\', 'not as JSON'], [']', 'not as JSON'],
])('refuses %j, saying why', (text, why) => {
  expect(() => parse(text.slice(0, 200_000))).toThrow(why);
});

it('takes the same key in two objects, brackets and keys inside strings', () => {
  expect(parse('[{"a": 1}, {"a": "{[\\"__proto__\\": "}]')).toEqual([{ a: 1 }, { a: '{["__proto__": ' }]);
});

it('refuses bytes that are no UTF-8', () => {
  expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0xfe, 0x22))).toThrow('not UTF-8');
});
