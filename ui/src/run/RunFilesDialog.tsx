import { Dialog } from '../kit/Dialog.js';
import { Icon } from '../kit/Icon.js';
import { Loading, ProblemNote } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import type { PublishedRun } from '../wire/runs.js';
import css from './runs.module.css';

const WORDS: Readonly<Record<string, string>> = {
  'report.html': 'The whole report as one page that works anywhere',
  'membership.csv': 'Who is in which segment, for a spreadsheet',
  'membership.parquet': 'The same, for analysis',
  'features.parquet': 'Everything that was worked out about everyone',
  'segments.json': 'The segments with all their numbers',
  'model.json': 'The model: enough to place anyone new',
  'assign.sql': 'Places everyone, in your own database',
  'assign.js': 'Places one, in your own program',
  'rejected.csv': 'Rows that were left out, each with its reason',
  'run.json': 'How the run came about: files, seed, times',
};

/** The files that a run wrote, to be taken away. */
export function RunFilesDialog({ run, open, onClose }: { readonly run: PublishedRun; readonly open: boolean; onClose(): void }) {
  const { client } = useWire();
  const params = { run: run.id };
  const { data: files, error, refetch } = useAsk('GET /v1/runs/:run/files', { params }, { fixed: true, enabled: open });
  return (
    <Dialog title={`Files of “${run.title}”`} open={open} onClose={onClose} wide>
      {error ? (
        <ProblemNote title="The list of files did not come." error={error} onRetry={() => void refetch()} />
      ) : files ? (
        <ul className={css.files}>
          {files.map((file) => (
            <li key={file}>
              <a href={client.address('GET /v1/runs/:run/files/:file', { params: { ...params, file } })} download={file}>
                <Icon name="download" size={17} />
                <span>
                  <strong>{file}</strong>
                  <span>{WORDS[file]}</span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      ) : (
        <Loading what="the files" />
      )}
    </Dialog>
  );
}
