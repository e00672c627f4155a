/** Undoes what returned it: removes a listener, cancels a timer. Calling it again does nothing. */
export type Disposer = () => void;

/** Time, as the study sees it. The only source of time in the engine, so that a whole study can run on a virtual one. */
export interface Clock {
  /** Milliseconds since the epoch (of this clock). Never goes back. */
  now(): number;
  /**
   * Calls once, `milliseconds` from now and never earlier (0 or less: as soon as possible, never before this method has
   * returned).
   * Calls that fall due at the same instant happen in the order in which they were asked for.
   * @param options `background`: a process that has nothing else to wait for does not wait for this call
   */
  after(milliseconds: number, call: () => void, options?: { readonly background?: boolean }): Disposer;
  /**
   * Called by the engine whenever it has nothing left to do. A virtual clock moves to its next timer and returns true;
   * a real clock does not have this method.
   */
  idle?(): boolean;
}
