import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useFormats } from '../kit/formats.js';
import { Section } from '../kit/Section.js';
import { EmptyState, ProblemNote } from '../kit/states.js';
import { useTell } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import type { ShownRun } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { useMay } from '../workspace/session.js';
import { Worth } from '../value/Worth.js';
import { Choosing } from './Choosing.js';
import css from './predict.module.css';
import { Predictions } from './Predictions.js';
import { choicesOf, targetOf } from './targets.js';

/** What everyone will do next: what the run in view says of it, and a way to ask. */
export function PredictPage() {
  return (
    <Page title="What comes next" lead="Who will come back, who is about to leave, what they will be worth: learnt from the past as it was known then, and tried on a later time that was not looked at.">
      <RunFrame>{(shown) => <Foretold shown={shown} />}</RunFrame>
    </Page>
  );
}

function Foretold({ shown }: { readonly shown: ShownRun }) {
  const f = useFormats();
  const may = useMay('analyst');
  const { report: { predictions, worth } } = shown;
  return (
    <>
      {predictions ? <Predictions predictions={predictions} heading={false} choosing={(target) => <Choosing target={target} shown={shown} />} /> : <EmptyState title="Nothing was predicted in this run">{may ? `Ask below: Shoal learns from what ${f.many} did before.` : 'An analyst can ask for it.'}</EmptyState>}
      {worth ? <Worth worth={worth} /> : null}
      {may ? <Ask shown={shown} /> : null}
    </>
  );
}

/** What a run was asked for, as the server records it. */
interface Asked {
  readonly files?: readonly { readonly id: string }[];
  readonly live?: true;
  readonly options?: Readonly<Record<string, unknown>>;
}

function Ask({ shown }: { readonly shown: ShownRun }) {
  const { run, report } = shown;
  const { workspace } = useWire();
  const navigate = useNavigate();
  const predict = useTell('POST /v1/predict');
  const discover = useTell('POST /v1/discover');
  const promote = useMay('operator') && shown.isChampion;
  const choices = choicesOf(report);
  const [kind, setKind] = useState('');
  const [days, setDays] = useState('');
  const [capacity, setCapacity] = useState('');
  const { files = [], live, options: asked = {} } = run.input as Asked;
  const { predict: _, ...options } = asked;
  const again = { ...(live ? { live } : { files: files.map(({ id }) => id) }), ...(promote && { promote }) };
  const goTo = (job: { readonly id: string }) => void navigate({ to: '/w/$workspace/start', params: { workspace }, search: { job: job.id } });
  const timed = choices.find(({ value }) => value === kind)?.timed ?? true;
  const onAsk = () => {
    const horizon = timed && days ? Number(days) : undefined;
    const target = targetOf(kind, horizon);
    predict.mutate({ body: { ...again, ...(target ? { target } : horizon ? { horizon } : {}), ...(capacity && { capacity: Number(capacity) }), options } }, { onSuccess: goTo });
  };
  return (
    <Section id="ask" title={report.predictions ? 'Ask for something else' : 'Ask'} lead="It makes a new run of the same data, with what is predicted as one more thing that is known about everyone: on the map, in lists, in rules and exports.">
      <div className={css.ask}>
        <div className={css.fields}>
          <NativeSelect label="What to predict" value={kind} onChange={(event) => setKind(event.currentTarget.value)} data={choices.map(({ value, label }) => ({ value, label }))} />
          {timed ? <TextInput type="number" min={1} max={3660} label="How many days ahead" description={kind ? 'Needed for this' : 'Empty: as suits the data'} value={days} onChange={(event) => setDays(event.currentTarget.value)} /> : null}
          <TextInput type="number" min={1} label="How many you can reach" description="Empty: everyone is scored, nobody is chosen" value={capacity} onChange={(event) => setCapacity(event.currentTarget.value)} />
        </div>
        {predict.error ? <ProblemNote error={predict.error} /> : null}
        {discover.error ? <ProblemNote error={discover.error} /> : null}
        <div className={css.buttons}>
          <Button size="md" loading={predict.isPending} disabled={kind !== '' && timed && !(Number(days) >= 1)} onClick={onAsk}>
            Predict
          </Button>
          {report.worth ? null : (
            <Button variant="default" size="md" loading={discover.isPending} onClick={() => discover.mutate({ body: { ...again, options: { ...asked, value: true } } }, { onSuccess: goTo })}>
              Work out what they will be worth
            </Button>
          )}
        </div>
      </div>
    </Section>
  );
}

