import type { z } from 'zod';
import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';

/** A verb of the command line. Flags, their help and their checks all come from the zod `options` object. */
export interface Command<S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  /** How positional arguments read in the usage line: '<files…>'. */
  readonly positionals?: string;
  /** Names of positionals that must be there (['id']), or a lowest count of free ones. */
  readonly least?: number;
  readonly options: S;
  readonly examples: readonly (readonly [string, string])[];
  readonly details?: string;
  run(input: { positionals: string[]; options: z.infer<S> }): Promise<void>;
}

/** Verbs under one word: `shoal segment choose`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: Readonly<Record<string, Command>>;
}

/** What a flag's schema may say about itself with `.meta({...})`. */
interface FlagMeta {
  /** Shown after the flag: '<column>'. */
  value?: string;
  /** One-letter form. */
  short?: string;
}

interface Flag {
  readonly key: string;
  readonly name: string;
  readonly short?: string;
  readonly boolean: boolean;
  readonly many: boolean;
  readonly number: boolean;
  readonly value: string;
  readonly text: string;
  readonly preset?: string;
}

/** Splits argv into positionals and raw flag values and checks them; all problems are reported together. */
export function parseCommand<S extends z.ZodObject>(command: Command<S>, argv: readonly string[]): { positionals: string[]; options: z.infer<S> } {
  const flags = flagsOf(command.options);
  const problems: string[] = [];
  const raw: Record<string, unknown> = {};
  const positionals: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (word === '--') {
      positionals.push(...argv.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      positionals.push(word);
      continue;
    }
    const [head, inline] = splitOnce(word, '=');
    const flag = flags.find((f) => `--${f.name}` === head || (f.short && `-${f.short}` === head)) ?? flags.find((f) => f.boolean && `--no-${f.name}` === head);
    if (!flag) {
      const hint = closest(head, flags.map((f) => `--${f.name}`));
      problems.push(`There is no flag '${head}' for 'shoal ${command.name}'.${hint ? ` Did you mean '${hint}'?` : ''}`);
      continue;
    }
    if (flag.boolean) {
      raw[flag.key] = !head.startsWith('--no-') && inline !== 'false';
      continue;
    }
    const value = inline ?? argv[++i];
    if (value === undefined || (inline === undefined && value.startsWith('--') && value.length > 2)) {
      problems.push(`--${flag.name} needs a value: --${flag.name} ${flag.value}.`);
      if (value !== undefined) i--;
      continue;
    }
    const typed = flag.number ? Number(value) : value;
    if (flag.number && (value.trim() === '' || Number.isNaN(typed))) problems.push(`--${flag.name} must be a number, not '${value}'.`);
    else raw[flag.key] = flag.many ? [...((raw[flag.key] as unknown[]) ?? []), typed] : typed;
  }
  const parsed = command.options.safeParse(raw);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const flag = flags.find((f) => f.key === issue.path[0]);
      problems.push(flag ? `--${flag.name}: ${issue.message} (got '${String(raw[flag.key])}').` : issue.message);
    }
  }
  if (positionals.length < (command.least ?? 0)) problems.push(`'shoal ${command.name}' needs ${command.positionals}. For example: ${command.examples[0]?.[0]}`);
  if (problems.length || !parsed.success) throw new ShoalError('cli/usage', { message: problems.join('\n') });
  return { positionals, options: parsed.data };
}

/** The help page of a group of commands. */
export function helpForGroup({ name, summary, commands }: CommandGroup): string {
  const width = Math.max(...Object.keys(commands).map((word) => word.length));
  return [
    summary, '', `Usage: shoal ${name} <command> [flags]`, '',
    'Commands', ...Object.entries(commands).map(([word, command]) => `  ${word.padEnd(width)}  ${command.summary}`), '',
    `'shoal ${name} <command> --help' shows the flags of each.`,
  ].join('\n');
}

/** The help page of one command. */
export function helpFor(command: Command): string {
  const flags = flagsOf(command.options);
  const left = flags.map((f) => `${f.short ? `-${f.short}, ` : '    '}--${f.name}${f.boolean ? '' : ` ${f.value}`}`);
  const width = Math.min(34, Math.max(...left.map((l) => l.length)));
  const row = (f: Flag, k: number) => {
    const text = `${f.text}${f.preset === undefined ? '' : ` (${f.preset})`}`;
    const gap = left[k].length > width ? `\n  ${' '.repeat(width)}` : ' '.repeat(width - left[k].length);
    return `  ${left[k]}${gap}  ${wrap(text, 96 - width, width + 4)}`;
  };
  return [
    command.summary, '',
    `Usage: shoal ${command.name}${command.positionals ? ` ${command.positionals}` : ''} [flags]`, '',
    ...(command.details ? [command.details, ''] : []),
    'Flags', ...flags.map(row), '',
    'Examples', ...command.examples.map(([line, text]) => `  ${line}\n      ${text}`),
  ].join('\n');
}

function flagsOf(schema: z.ZodObject): Flag[] {
  return Object.entries(schema.shape).map(([key, field]) => {
    const meta = metaOf(field as z.ZodType);
    const kind = innermost(field as z.ZodType);
    const many = kind.type === 'array';
    const leaf = many ? innermost((kind as unknown as { element: z.ZodType }).element) : kind;
    return {
      key,
      name: key.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`),
      short: meta.short,
      boolean: leaf.type === 'boolean',
      many,
      number: leaf.type === 'number',
      value: meta.value ?? (leaf.type === 'enum' ? (leaf as unknown as z.ZodEnum).options.join('|') : leaf.type === 'number' ? '<number>' : '<text>'),
      text: (field as z.ZodType).description ?? '',
      preset: presetOf(field as z.ZodType),
    };
  });
}

function metaOf(field: z.ZodType): FlagMeta {
  return (field.meta() ?? {}) as FlagMeta;
}

function presetOf(field: z.ZodType): string | undefined {
  const { def } = field as unknown as { def: { type: string; defaultValue?: unknown } };
  return def.type === 'default' && def.defaultValue !== false ? String(def.defaultValue) : undefined;
}

/** Unwraps optional and default. */
function innermost(field: z.ZodType): z.ZodType {
  const { def } = field as unknown as { def: { type: string; innerType?: z.ZodType } };
  return def.innerType ? innermost(def.innerType) : field;
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function wrap(text: string, width: number, indent: number): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    if (lines[lines.length - 1].length + word.length + 1 > width && lines[lines.length - 1]) lines.push('');
    lines[lines.length - 1] += `${lines[lines.length - 1] ? ' ' : ''}${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
