import pc from 'picocolors';
import type { Progress } from '../context.js';

export interface TerminalOptions {
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Everything a command says to a person: results on stdout, progress and remarks on stderr, so that pipes stay clean. */
export interface Terminal {
  readonly paint: ReturnType<typeof pc.createColors>;
  /** A line of the result. Silent with --quiet and --json. */
  say(line?: string): void;
  /** A machine-readable result: only with --json. */
  data(value: unknown): void;
  /** A remark beside the result (stderr). */
  note(line: string): void;
  /** Redraws the progress line on a terminal; elsewhere says each stage once, when it has taken over a second. */
  progress(update: Progress): void;
  /** Ends the progress line. */
  done(): void;
}

export function openTerminal({ quiet, json }: TerminalOptions): Terminal {
  const { stdout, stderr } = process;
  const colour = pc.isColorSupported && Boolean((json ? stderr : stdout).isTTY) && !process.env['NO_COLOR'];
  const paint = pc.createColors(colour);
  const live = Boolean(stderr.isTTY) && !quiet && !process.env['CI'];
  const bar = progressLine(live, quiet, (text) => stderr.write(text), paint);
  return {
    paint,
    say(line = '') {
      if (quiet || json) return;
      bar.clear();
      stdout.write(`${line}\n`);
    },
    data(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    note(line) {
      if (quiet) return;
      bar.clear();
      stderr.write(`${line}\n`);
    },
    progress: bar.update,
    done: bar.clear,
  };
}

/** One line, redrawn at most 20 times a second; a bar where the share done is known, else the seconds so far. */
function progressLine(live: boolean, quiet: boolean, write: (text: string) => void, paint: Terminal['paint']) {
  const started = performance.now();
  let stage = '';
  let stageStarted = started;
  let said = false;
  let drawn = 0;
  let visible = false;
  const clear = () => {
    if (visible) write('\r\x1b[2K');
    visible = false;
  };
  return {
    clear,
    update({ stage: next, note, done }: Progress) {
      if (quiet) return;
      const now = performance.now();
      if (next !== stage) {
        stage = next;
        stageStarted = now;
        said = false;
      }
      if (!live) {
        // Not a terminal: a stage that lasts says so once, and short ones say nothing.
        if (!said && now - stageStarted > 1000) {
          said = true;
          write(`${stage}${note ? `: ${note}` : ''} …\n`);
        }
        return;
      }
      if (now - drawn < 50 && visible) return;
      drawn = now;
      visible = true;
      const seconds = `${((now - started) / 1000).toFixed(1)} s`;
      const width = 24;
      const filled = done === undefined ? 0 : Math.round(Math.min(1, Math.max(0, done)) * width);
      const gauge = done === undefined ? paint.dim('·'.repeat(width)) : `${paint.cyan('━'.repeat(filled))}${paint.dim('─'.repeat(width - filled))}`;
      const words = `${stage}${note ? ` · ${note}` : ''}`.slice(0, 60);
      write(`\r\x1b[2K${gauge} ${paint.dim(seconds)} ${words}`);
    },
  };
}

/** Rows as aligned columns; numbers to the right. Widths count characters as shown, colours apart. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], right: ReadonlySet<number>, paint: Terminal['paint']): string[] {
  const plain = (text: string) => text.replaceAll(/\x1b\[[0-9;]*m/g, '');
  const widths = head.map((h, k) => Math.max(plain(h).length, ...rows.map((row) => plain(row[k] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, k) => {
      const pad = ' '.repeat(Math.max(0, widths[k] - plain(cell).length));
      return right.has(k) ? pad + cell : k === cells.length - 1 ? cell : cell + pad;
    }).join('  ');
  return [paint.dim(line(head)), ...rows.map(line)];
}
