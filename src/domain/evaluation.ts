/** A number with the range that holds it in 95 of 100 repetitions. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How well predictions agree with what then happened, on rows that the model has not seen. Plain JSON; a score that these rows cannot give is absent. */
export type Evaluation = BinaryEvaluation | MulticlassEvaluation | RegressionEvaluation;

interface Evaluated {
  readonly rows: number;
}

/** Two answers. */
export interface BinaryEvaluation extends Evaluated {
  readonly task: 'binary';
  /** Rows of class 1. */
  readonly positives: number;
  /** Share of class 1 among the rows, and what the predictions say it is on average. */
  readonly rate: Estimate;
  readonly predictedRate: number;
  readonly scores: BinaryScores;
  /** Brier = reliability − resolution + uncertainty + what lies within the bins (Murphy 1973), over the bins of `calibration`. */
  readonly brierParts: { readonly reliability: number; readonly resolution: number; readonly uncertainty: number; readonly within: number };
  /** What comes of saying yes from this probability on. */
  readonly decision: Decided;
  /** False-positive rate and true-positive rate, from (0, 0) to (1, 1), at most 201 points. */
  readonly roc: readonly CurvePoint[];
  /** Recall and precision, from the highest probability on, at most 201 points. */
  readonly precisionRecall: readonly CurvePoint[];
  /** Share of the rows, likeliest first, and what it holds: at 0.01, 0.02, … 0.1, 0.2, … 1. */
  readonly gain: readonly GainPoint[];
  /** Bins of about equal many rows, least likely first. */
  readonly calibration: readonly CalibrationBin[];
}

export interface BinaryScores {
  /** Chance that a random row of class 1 is given more than one of class 0, ties counting half. Absent where there is one class. */
  readonly auc?: Estimate;
  /** Average precision: area under the step-wise precision–recall curve. Absent where there is no class 1. */
  readonly averagePrecision?: Estimate;
  /** Mean −ln of the probability given to what happened, in nats; probabilities are kept 2.2e−16 off 0 and 1. */
  readonly logLoss: Estimate;
  /** Mean squared difference of probability and answer. */
  readonly brier: Estimate;
  /** Expected calibration error: mean difference of predicted and observed share over the bins of `calibration`. */
  readonly ece: Estimate;
  /** How many times more often class 1 is among the likeliest tenth than among all. Absent where there is no class 1. */
  readonly topDecileLift?: Estimate;
}

/** One of several answers. What is of one class is against all others; an average over classes counts each the same. */
export interface MulticlassEvaluation extends Evaluated {
  readonly task: 'multiclass';
  readonly scores: {
    /** Mean over the classes of one against the rest. Absent where a class is missing. */
    readonly auc?: Estimate;
    readonly averagePrecision?: Estimate;
    readonly logLoss: Estimate;
    /** Sum over the classes of the squared differences, 0–2. */
    readonly brier: Estimate;
    /** Of the likeliest class: its probability against how often it was right. */
    readonly ece: Estimate;
    /** Share of rows whose likeliest class (the first where equal) was right. */
    readonly accuracy: Estimate;
    readonly precision: Estimate;
    readonly recall: Estimate;
    readonly f1: Estimate;
  };
  /** Rows by true class (outer) and likeliest class (inner), in the order of `classes`. */
  readonly confusion: readonly (readonly number[])[];
  readonly classes: readonly { readonly name: string; readonly rows: number; readonly auc?: number; readonly averagePrecision?: number; readonly precision: number; readonly recall: number; readonly f1: number }[];
}

/** A number. */
export interface RegressionEvaluation extends Evaluated {
  readonly task: 'regression';
  readonly scores: {
    readonly rmse: Estimate;
    readonly mae: Estimate;
    /** 1 − squared error / that of the mean of these rows. Absent where the answers do not vary. */
    readonly r2?: Estimate;
    /** Mean of predicted − happened. */
    readonly bias: Estimate;
    /** Mean loss of a predicted quantile, where one was predicted. */
    readonly pinball?: Estimate;
  };
  /** How often ranges that should hold the answer in so many cases (0–1) did, and the width of the middle one. */
  readonly interval?: { readonly level: number; readonly coverage: Estimate; readonly width: number };
  /** The quantile that was predicted; absent = the mean. */
  readonly quantile?: number;
  /** Share of the rows, highest predicted first, and the share of the total they hold. Absent where an answer is negative or all are 0. */
  readonly gain?: readonly GainPoint[];
  /** Bins of about equal many rows, lowest predicted first. */
  readonly calibration: readonly CalibrationBin[];
}

/** Saying yes from a probability on. */
export interface Decided {
  readonly threshold: number;
  /** Rows said yes to. */
  readonly selected: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
  readonly accuracy: Estimate;
  /** Share of class 1 among those said yes to; absent where there are none. */
  readonly precision?: Estimate;
  /** Share of class 1 that is said yes to; absent where there is no class 1. */
  readonly recall?: Estimate;
  /** 2 TP / (2 TP + FP + FN); absent where that is 0 / 0. */
  readonly f1?: Estimate;
}

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  /** Saying yes from this probability on gives this point; absent at the start. */
  readonly threshold?: number;
}

export interface GainPoint {
  /** Share of all rows, highest predicted first. */
  readonly share: number;
  /** Share of class 1 (or of the total) among them. */
  readonly captured: number;
  /** captured / share. */
  readonly lift: number;
}

export interface CalibrationBin {
  readonly rows: number;
  /** Least and greatest prediction in the bin. */
  readonly from: number;
  readonly to: number;
  /** Mean prediction, and mean answer. */
  readonly predicted: number;
  readonly observed: Estimate;
}

/** Two models on the same rows, by one score: how much better the first is (positive = better, whichever way the score runs). */
export interface ModelComparison {
  readonly score: string;
  readonly first: number;
  readonly second: number;
  readonly gain: Estimate;
  /** Chance of a difference this large where both are equally good, two-sided. */
  readonly pValue: number;
  readonly better: 'first' | 'second' | 'neither';
}

/** A probability to say yes from, chosen by predictions of rows to learn from that fits had not seen, and what to expect of it by the tested rows. */
export interface ThresholdChoice {
  readonly by: 'cost' | 'capacity' | 'f1';
  readonly threshold: number;
  /** Share of rows said yes to. */
  readonly selectedShare: Estimate;
  readonly precision?: Estimate;
  readonly recall?: Estimate;
  /** Mean cost per row, where costs were given; beside it what saying no to all and yes to all costs. */
  readonly cost?: Estimate;
  readonly costOfNobody?: number;
  readonly costOfEverybody?: number;
}
