/** Somebody entered or left a segment. In a partition one leaves where one enters, so both are told at once. */
export interface Transition {
  readonly entity: string;
  /** The instant it holds from: that of the features it was seen in. */
  readonly at: number;
  /** Lasting ids; absent where there was, or is, no segment. */
  readonly from?: string;
  readonly to?: string;
  /** Why, as a short sentence. */
  readonly reason?: string;
}

/** A transition and the run that saw it. */
export interface SeenTransition extends Transition {
  readonly run: string;
}

/** How many came and went for one reason. */
export interface FlowReason {
  readonly reason: string;
  readonly entered: number;
  readonly left: number;
}

/** How many came and went, one row per published run that saw any. */
export interface Flow {
  readonly run: string;
  readonly asOf: number;
  readonly entered: number;
  readonly left: number;
}
