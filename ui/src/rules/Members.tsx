import type { RuleVocabulary, SegmentDetail } from '../../../src/server/contract/segments.js';
import { EntityList } from '../entity/EntityList.js';
import css from './rules.module.css';

interface MembersProps {
  readonly segment: SegmentDetail;
  readonly features: RuleVocabulary['features'];
  /** The rule in the editor is no longer the saved one. */
  readonly changed: boolean;
}

/** Everyone in a segment made by hand, by its saved rule. */
export function Members({ segment, features, changed }: MembersProps) {
  return (
    <section className={css.panel} aria-labelledby="members">
      <h2 id="members" className={css.panelTitle}>
        Members
      </h2>
      {changed ? <p className={css.hint}>The list is of the saved rule; your changes are counted above.</p> : null}
      <EntityList segment={segment.id} name={segment.name} features={features} />
    </section>
  );
}
