import type { SegmentTree, TreeNode } from '../../../src/domain/tree.js';
import { useFormats } from '../kit/formats.js';
import { prose } from '../kit/prose.js';
import { Section } from '../kit/Section.js';
import { SegmentLink } from '../kit/SegmentMark.js';
import { useSegment } from '../kit/segments.js';
import css from './tree.module.css';

/** The whole partition as questions with yes or no for an answer, and what is lost by asking so simply. */
export function Tree({ tree }: { readonly tree?: SegmentTree }) {
  const f = useFormats();
  if (!tree) return null;
  const price = tree.price > 1.0005 ? `, at segments ${f.percent(tree.price - 1)} wider than the model's own` : '';
  return (
    <Section
      image
      id="tree"
      title="In a few questions"
      lead={`Where somebody belongs, asked one thing at a time. Tried on ${f.count(tree.heldOutRows)} ${f.many} that were held back, the questions put ${f.percent(tree.fidelity)} into their own segment${price}.`}
    >
      <div className={css.tree}>
        <Branch node={tree.root} />
      </div>
    </Section>
  );
}

function Branch({ node }: { readonly node: TreeNode }) {
  if ('segment' in node) return <Leaf segment={node.segment} share={node.share} purity={node.purity} />;
  return (
    <>
      <p className={css.question}>{prose(node.text)}?</p>
      <ul className={css.answers}>
        <li>
          <span className={css.answer}>yes</span>
          <Branch node={node.left} />
        </li>
        <li>
          <span className={css.answer}>no</span>
          <Branch node={node.right} />
        </li>
      </ul>
    </>
  );
}

function Leaf({ segment, share, purity }: { readonly segment: number; readonly share: number; readonly purity: number }) {
  const f = useFormats();
  return (
    <div className={css.leaf}>
      <SegmentLink segment={useSegment(segment)} />
      <span className={css.facts}>
        {f.percent(share)} of all end here, {f.percent(purity)} of them rightly
      </span>
    </div>
  );
}
