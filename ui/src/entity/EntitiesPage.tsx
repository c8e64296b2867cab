import { useFormats } from '../kit/formats.js';
import { useAsk } from '../wire/ask.js';
import { type ShownRun, useShownRun } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { OtherRun } from '../workspace/RunLine.js';
import { useMay } from '../workspace/session.js';
import { TakesRole } from '../workspace/TakesRole.js';
import { EntityList } from './EntityList.js';
import { EntitySearch } from './EntitySearch.js';
import { LiveOnes } from './LiveOnes.js';

/** Finding one person, among everyone. */
export function EntitiesPage() {
  const { none } = useShownRun();
  const may = useMay('analyst');
  const { data: live } = useAsk('GET /v1/live', {}, { enabled: none && may });
  if (none && live && live.entities > 0) return <LiveOnes entities={live.entities} />;
  return <RunFrame>{(shown) => <Everyone shown={shown} />}</RunFrame>;
}

function Everyone({ shown }: { readonly shown: ShownRun }) {
  const f = useFormats();
  const may = useMay('analyst');
  return (
    <Page title="Look someone up" lead={`One ${f.one} at a time: where it belongs and why, what it did, who is like it.`}>
      {may ? (
        <>
          <OtherRun shown={shown} />
          <EntitySearch autoFocus />
          <EntityList name={`All ${f.many}`} features={shown.report.features} />
        </>
      ) : (
        <TakesRole role="analyst">Your key shows groups only, not the {f.many} in them.</TakesRole>
      )}
    </Page>
  );
}
