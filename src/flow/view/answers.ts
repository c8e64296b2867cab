import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Context, createContext, within } from '../../context.js';

/** What takes long to answer and is asked of every run, by what was asked: worked out when the run was written (see `usual.ts`). */
export const answersFile = 'answers.json';

/** To be raised when an answer changes its form or comes out otherwise: what was kept under another number is worked out anew. */
const form = 1;

/** The context in which long questions on a run are answered: its randomness is the run's, so that an answer is the same whenever it is worked out. */
export function answering(context: Context, seed: number): Context {
  return within({ ...context, seed, rng: createContext({ seed }).rng }, 'view');
}

/** The file's text; `run` is the id of the run. */
export function answersText(run: string, answers: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ form, run, answers })}\n`;
}

/** The answers that were written with a run; none where there is no such file, or it is another version's, another run's or not whole. */
export async function keptAnswers(folder: string, run: string): Promise<ReadonlyMap<string, unknown>> {
  const kept = z.object({ form: z.literal(form), run: z.literal(run), answers: z.record(z.string(), z.unknown()) });
  const text = await readFile(join(folder, answersFile), 'utf8').catch(() => '');
  return new Map(Object.entries(parsed(text, kept)?.answers ?? {}));
}

function parsed<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
