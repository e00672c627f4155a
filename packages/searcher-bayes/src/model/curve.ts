/** An increasing function of the observed values, fitted to them. */
export interface Curve {
  forward(value: number): number;
  inverse(warped: number): number;
  /** The derivative of `forward`, positive. */
  slope(value: number): number;
}
