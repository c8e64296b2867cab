import { Button, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { PredictionStory } from '../../../src/domain/prediction.js';
import type { Rule } from '../../../src/domain/rule.js';
import { useFormats } from '../kit/formats.js';
import panel from '../kit/panel.module.css';
import { Stat } from '../kit/Section.js';
import { ProblemNote } from '../kit/states.js';
import { useToast } from '../kit/Toasts.js';
import { fragmentOf } from '../rules/share.js';
import { useAsk, useTell } from '../wire/ask.js';
import { type ShownRun, usePaths } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import { namedBy, outcomeOf } from './chosen.js';
import css from './predict.module.css';

/** The likeliest, as many as can be reached: from which chance on, what to expect of them, and one click that makes a segment of them, kept live where the prediction is. */
export function Choosing({ target, shown }: { readonly target: PredictionStory; readonly shown: ShownRun }) {
  const may = useMay('analyst');
  if (!may || !target.feature || target.evaluation.task !== 'binary') return null;
  return <Chosen target={target} feature={target.feature} shown={shown} />;
}

/** Of how many one begins to choose. */
const share = 0.1;

function Chosen({ target, feature, shown: { run, report, isChampion } }: { readonly target: PredictionStory; readonly feature: string; readonly shown: ShownRun }) {
  const f = useFormats();
  const to = usePaths();
  const toast = useToast();
  const navigate = useNavigate();
  const asked = target.counts.reduce((sum, { entities }) => sum + entities, 0);
  const [wanted, setWanted] = useState(String(Math.max(1, Math.round(asked * share))));
  const reach = Math.min(asked, Math.max(1, Math.floor(Number(wanted)) || 1));
  // Whoever is the last one to be reached says from which chance on.
  const last = useAsk('GET /v1/entities', { query: { run: run.id, sort: `-${feature}`, columns: feature, offset: reach - 1, limit: 1 } }, { keep: true, enabled: asked > 0 });
  const from = last.data ? namedBy(last.data, feature) : undefined;
  const rule: Rule | undefined = from === undefined ? undefined : { kind: 'feature', feature, op: '>=', value: from };
  const live = useAsk('GET /v1/live/vocabulary', {}, { enabled: isChampion });
  const isLive = live.data?.features.some(({ name }) => name === feature) ?? false;
  const make = useTell('POST /v1/segments');
  const makeLive = useTell('POST /v1/live/segments');
  const busy = make.isPending || makeLive.isPending;
  const name = `${report.features.find((one) => one.name === feature)?.title ?? target.card.title}: ${from === undefined ? '' : f.percent(from)} or more`.slice(0, 120);
  const outcome = target.evaluation.task === 'binary' ? outcomeOf(target.evaluation, reach / Math.max(1, asked)) : undefined;
  const onKeep = (rule_: Rule) => make.mutate({ body: { name, rule: rule_ } }, { onSuccess: (made) => {
    void navigate({ href: to(`segments/${encodeURIComponent(made.id)}`) });
    toast({ text: `“${made.name}” is a segment now. It is asked again on every later run.` });
  } });
  const onLive = (rule_: Rule) => makeLive.mutate({ body: { name, rule: rule_ } }, { onSuccess: (made) => {
    void navigate({ href: to(`live/segments/${encodeURIComponent(made.segment)}`) });
    toast({ text: `“${made.name}” is kept live from now on.` });
  } });
  return (
    <div className={panel.panel}>
      <h3 className={panel.title}>Whom to choose</h3>
      <div className={css.choosing}>
        <TextInput type="number" min={1} max={asked} label="How many you can reach" description={`Of ${f.count(asked)} who are asked about, the likeliest first`} value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} />
        <dl className={panel.figures}>
          <Stat label="Chance from" value={f.percent(from)} />
          {outcome ? <Stat label="Of them will" value={f.percent(outcome.precision)} note={`about ${f.count(Math.round(outcome.precision * reach))}, by the trial`} /> : null}
          {outcome ? <Stat label="Of all who will" value={f.percent(outcome.captured)} note={`by chance ${f.percent(reach / Math.max(1, asked))}`} /> : null}
        </dl>
        {last.error ? <ProblemNote error={last.error} /> : null}
        {make.error ?? makeLive.error ? <ProblemNote error={(make.error ?? makeLive.error)!} /> : null}
        <div className={css.buttons}>
          {isLive ? (
            <Button loading={makeLive.isPending} disabled={!rule || busy} onClick={() => rule && onLive(rule)}>
              Keep them as a live segment
            </Button>
          ) : null}
          {isChampion ? (
            <Button variant={isLive ? 'default' : 'filled'} loading={make.isPending} disabled={!rule || busy} onClick={() => rule && onKeep(rule)}>
              Make them a segment
            </Button>
          ) : null}
          {rule ? (
            <Button component="a" variant="subtle" href={`${to('rules')}${fragmentOf(rule)}`}>
              Add conditions
            </Button>
          ) : null}
        </div>
        <p className={panel.soft}>
          {isLive ? 'Live, somebody is in from the event on that lifts the chance.' : `It is asked again on every later run. To have it decided with every event, find the groups in the events that come in (Live) and predict there.`}
        </p>
      </div>
    </div>
  );
}
