import { useFormats } from '../kit/formats.js';
import { EmptyState } from '../kit/states.js';
import type { ShownRun } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { useMay } from '../workspace/session.js';
import { EntityList } from './EntityList.js';
import { EntitySearch } from './EntitySearch.js';

/** Finding one person, among everyone. */
export function EntitiesPage() {
  return <RunFrame>{(shown) => <Everyone shown={shown} />}</RunFrame>;
}

function Everyone({ shown: { report } }: { readonly shown: ShownRun }) {
  const f = useFormats();
  const may = useMay('analyst');
  return (
    <Page title="Look someone up" lead={`One ${f.one} at a time: where it belongs and why, what it did, who is like it.`}>
      {may ? (
        <>
          <EntitySearch autoFocus />
          <EntityList name={`All ${f.many}`} features={report.features} />
        </>
      ) : (
        <EmptyState title="This takes the role of an analyst">Your key shows groups only, not the {f.many} in them. Ask whoever runs this workspace for one that does.</EmptyState>
      )}
    </Page>
  );
}
