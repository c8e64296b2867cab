import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Job } from '../../../src/domain/job.js';
import type { Inspected } from '../../../src/server/contract/files.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { ProblemNote } from '../kit/states.js';
import { useTell } from '../wire/ask.js';
import { AdvancedOptions } from './AdvancedOptions.js';
import { type Corrections, countOf, merged, NONE, optionsOf, type RunOptions, withKind, withRole } from './corrections.js';
import { filesOf } from './inspected.js';
import type { ChoosableRole } from '../data/roles.js';
import { SourceReview } from './SourceReview.js';
import css from './start.module.css';

interface ReviewStepProps {
  /** The finished `inspect`. */
  readonly job: Job;
  readonly inspected: Inspected;
  /** More choices, which stay when the files are looked at again. */
  readonly advanced: RunOptions;
  onAdvanced(value: RunOptions): void;
  goTo(job: string | undefined): void;
}

/** What was inferred, file by file, to be corrected by clicking; then on to the groups. */
export function ReviewStep({ job, inspected, advanced, onAdvanced, goTo }: ReviewStepProps) {
  const f = useFormats();
  const [said, setSaid] = useState<Corrections>(NONE);
  const inspect = useTell('POST /v1/inspect');
  const discover = useTell('POST /v1/discover');
  const files = filesOf(job);
  const before = (job.input['options'] ?? {}) as RunOptions;
  const corrected = merged(before, optionsOf(said));
  const options = merged(corrected, advanced);
  const look = (more: RunOptions) => inspect.mutate({ body: { files, options: more } }, { onSuccess: (next) => goTo(next.id) });
  const changes = countOf(said);
  const { entity, config } = inspected;
  const unused = config.notes.filter((note) => note.startsWith('Not used:'));

  return (
    <div className={css.column}>
      <p className={css.summary}>
        <Icon name="check" />
        <span>
          {inspected.sources.length === 1 ? 'One file' : `${f.count(inspected.sources.length)} files`} about <strong>{f.count(entity.count)}</strong> {entity.count === 1 ? entity.word.one : entity.word.many}.
        </span>
      </p>
      {unused.length > 0 ? (
        <ul className={css.unused}>
          {unused.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      ) : null}
      <div className={css.sources}>
        {inspected.sources.map((source) => (
          <SourceReview
            key={source.name}
            source={source}
            said={said}
            onKind={(kind) => setSaid(withKind(said, source.name, kind === source.kind ? undefined : kind))}
            onRole={(column, role) => setSaid(withRole(said, source.name, column.name, role === column.role ? undefined : (role as ChoosableRole)))}
          />
        ))}
      </div>
      <AdvancedOptions value={advanced} onChange={onAdvanced} many={entity.word.many} />
      {inspect.error ? <ProblemNote error={inspect.error} /> : null}
      {discover.error ? <ProblemNote error={discover.error} /> : null}
      <div className={`${css.forward} ${css.sticky}`}>
        <Button size="md" loading={discover.isPending} onClick={() => discover.mutate({ body: { files, options: { value: true, ...options } } }, { onSuccess: (next) => goTo(next.id) })}>
          Find the groups
        </Button>
        {changes > 0 ? (
          <>
            <Button variant="default" size="md" loading={inspect.isPending} onClick={() => look(corrected)}>
              See what {changes === 1 ? 'this change does' : `these ${f.count(changes)} changes do`}
            </Button>
            <Button variant="subtle" size="md" onClick={() => setSaid(NONE)}>
              Take back
            </Button>
          </>
        ) : null}
        {changes === 0 && Object.keys(before).length > 0 ? (
          <Button variant="subtle" size="md" loading={inspect.isPending} onClick={() => look({})}>
            Back to what was found first
          </Button>
        ) : null}
        <Button variant="subtle" size="md" onClick={() => goTo(undefined)}>
          Other files
        </Button>
      </div>
    </div>
  );
}
