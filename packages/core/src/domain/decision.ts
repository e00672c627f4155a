/**
 * A searcher's answer to a report.
 *
 * - `continue`: the trial goes on to the level it was given
 * - `pause`: the trial ends its attempt here, keeps its checkpoint and may be resumed
 * - `stop`: the trial is over for good; its checkpoint may be deleted
 */
export type Decision =
  | { readonly kind: 'continue'; readonly reason?: string | undefined }
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'stop'; readonly reason: string };
