import type { Configuration } from './configuration.ts';
import type { JsonObject } from './json.ts';
import type { TrialId } from './trial.ts';

/**
 * A searcher's answer to "there is a free place: what should run?". Every answer says why.
 *
 * - `start`: a new trial with this configuration
 * - `resume`: a paused trial goes on, to the resource level `until`
 * - `fork`: a new trial that begins from another trial's checkpoint
 * - `stop`: a paused trial is over for good, because it cannot go on any more; the place stays free and is offered again
 * - `wait`: nothing now, ask again when something has happened
 * - `exhausted`: nothing ever again
 */
export type Suggestion =
  | {
      readonly kind: 'start';
      readonly configuration: Configuration;
      /** Resource level to run to; absent: to the program's own end. */
      readonly until?: number | undefined;
      /** The trial whose configuration is repeated on purpose; exempts the trial from the duplicate policy. */
      readonly repeatOf?: TrialId | undefined;
      readonly reason: string;
      /** What the reason rests on, as data; stored with the trial and shown by `fettle explain`. */
      readonly details?: JsonObject | undefined;
    }
  | { readonly kind: 'resume'; readonly trial: TrialId; readonly until?: number | undefined; readonly reason: string }
  | {
      readonly kind: 'fork';
      readonly from: TrialId;
      readonly configuration: Configuration;
      readonly until?: number | undefined;
      readonly reason: string;
    }
  | { readonly kind: 'stop'; readonly trial: TrialId; readonly reason: string }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'exhausted'; readonly reason: string };
