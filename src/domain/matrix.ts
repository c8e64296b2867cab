/** How one raw feature becomes one number of the matrix: z = (f(clamp(x ?? fill, low, high)) − centre) × scale. Plain data. */
export interface EncodedFeature {
  readonly name: string;
  readonly transform: 'none' | 'log1p' | 'sqrt';
  /** Winsor bounds in raw units. */
  readonly low: number;
  readonly high: number;
  /** Raw value used where missing. */
  readonly fill: number;
  readonly centre: number;
  /** √weight/sd, so that the column has the variance of its vote. */
  readonly scale: number;
  /** The share of a full vote this feature has after redundancy is taken out, 0–1. */
  readonly weight: number;
  /** What was decided and why, in words. */
  readonly reason: string;
}

/** Everything needed to turn raw features into matrix columns, for ever. */
export interface Encoder {
  readonly features: readonly EncodedFeature[];
}

/**
 * Entities × encoded features at an instant. `data` is row-major float32, `stride` ≥ `d` floats per row (a multiple of 4, padding is 0),
 * possibly on a SharedArrayBuffer.
 */
export interface FeatureMatrix {
  readonly rows: number;
  readonly d: number;
  readonly stride: number;
  readonly data: Float32Array;
  readonly encoder: Encoder;
  readonly asOf: number;
  /** Hash of features, encoder and values. */
  readonly fingerprint: string;
}
