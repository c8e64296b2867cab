import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { ShoalError } from '../../errors.js';
import { verifyAudits, type AuditHeads } from '../../store/verify.js';
import type { Command } from '../command.js';
import { counted, placeOf, placeOptions } from '../store/place.js';
import { openTerminal } from '../terminal.js';

const options = placeOptions.extend({
  heads: z.string().optional().describe('Heads that were kept with --keep: shows also whether the log was cut off or written anew since').meta({ value: '<file>' }),
  keep: z.string().optional().describe('Write the heads of the logs to a file, to keep on another machine').meta({ value: '<file>' }),
});

const head = z.strictObject({ seq: z.int().min(0), hash: z.string().regex(/^[0-9a-f]{64}$/) });
const headsFile = z.strictObject({ home: head.optional(), workspaces: z.record(z.string(), head) });

export const verifyAuditCommand: Command<typeof options> = {
  name: 'govern verify-audit',
  summary: 'Checks that every audit log is as it was written; names the first entry that is not.',
  details: 'Each entry holds the hash of the one before it, so an edit, a gap or another order shows. What the log alone cannot show is that its newest entries were cut off, or\n'
    + 'that somebody with write access computed all of it anew: keep the heads elsewhere (--keep), and check against them (--heads).',
  options,
  examples: [
    ['shoal govern verify-audit', 'the logs of ./shoal-data'],
    ['shoal govern verify-audit --keep heads.json', 'and the newest hash of each, to keep elsewhere'],
    ['shoal govern verify-audit --heads heads.json', 'also against those'],
  ],
  async run({ options: { heads, keep, json, quiet, ...where } }) {
    const terminal = openTerminal({ json, quiet });
    const reports = await verifyAudits(placeOf(where), heads === undefined ? undefined : await readHeads(heads));
    terminal.data(reports);
    for (const { workspace, check: { entries, head: { hash }, fault } } of reports) {
      terminal.say(`${titleOf(workspace)}: ${fault ? `broken at entry ${fault.seq}: ${fault.problem}` : `${counted(entries, 'entry', 'entries')}, head ${hash.slice(0, 16)}`}`);
    }
    const broken = reports.find(({ check }) => check.fault);
    if (broken) throw new ShoalError('govern/audit-broken', { place: titleOf(broken.workspace), ...broken.check.fault! });
    if (keep === undefined) return;
    const kept: AuditHeads = { home: reports[0].check.head, workspaces: Object.fromEntries(reports.flatMap(({ workspace, check }) => (workspace === undefined ? [] : [[workspace, check.head]]))) };
    await writeFile(keep, `${JSON.stringify(kept, undefined, 1)}\n`).catch((cause: Error) => {
      throw new ShoalError('run/write-failed', { path: keep, reason: `${cause.message}.` }, { cause });
    });
    terminal.say(`${keep}: ${counted(reports.length, 'head')}. Keep it where those who can change the store cannot change it.`);
  },
};

const titleOf = (workspace?: string) => (workspace === undefined ? 'the server' : `workspace '${workspace}'`);

async function readHeads(path: string): Promise<AuditHeads> {
  try {
    return headsFile.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ShoalError('cli/usage', { message: `'${path}' holds no heads of audit logs. Give a file that 'shoal govern verify-audit --keep <file>' wrote.` }, { cause });
  }
}
