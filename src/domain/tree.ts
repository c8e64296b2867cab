/** A branching of a threshold tree: rows with at most `threshold` (raw units; a missing value counts as `missing`) go left, the others right. */
export interface TreeSplit {
  readonly feature: string;
  readonly threshold: number;
  readonly missing: number;
  /** Which rows go left, in words: "at most 3 orders". */
  readonly text: string;
  readonly left: TreeNode;
  readonly right: TreeNode;
}

export interface TreeLeaf {
  readonly segment: number;
  /** Share of all rows that end here, and the share of these that are in the segment: held out. */
  readonly share: number;
  readonly purity: number;
}

export type TreeNode = TreeSplit | TreeLeaf;

/** A whole partition as yes/no questions on one raw feature at a time: everybody ends in exactly one leaf. Measured on rows it was not grown on. */
export interface SegmentTree {
  readonly root: TreeNode;
  readonly leaves: number;
  /** Cost of the tree's segments / cost of the nearest centres (squared distances in encoded space): 1 = nothing is lost by asking so simply. */
  readonly price: number;
  /** The same when the tree has one leaf per segment. */
  readonly priceOfFewest: number;
  /** Share of the rows in segments that the tree puts into their own. */
  readonly fidelity: number;
  readonly segments: readonly {
    readonly segment: number;
    /** Of the rows the tree picks, the share in the segment; of the segment, the share picked; their harmonic mean. */
    readonly precision: number;
    readonly recall: number;
    readonly fidelity: number;
    /** "at most 3 orders and last order more than 90 days ago; or …" */
    readonly text: string;
  }[];
  /** An expression over the feature table's columns that gives the segment. */
  readonly sql: string;
  /** What the leaves beyond one per segment were chosen for: least distance to centres, or fewest rows in a wrong segment (where segments are not nearest centres). */
  readonly aim: 'distance' | 'agreement';
  readonly heldOutRows: number;
}
