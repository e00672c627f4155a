import type { Scope } from '../container/scope.ts';
import type { Configuration } from '../domain/configuration.ts';
import type { FailureClass } from '../domain/failure.ts';
import type { Objective } from '../domain/objective.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { Budget, CheckpointPolicy, DuplicatePolicy } from '../domain/study-spec.ts';
import type { Plugin } from '../plugin/define.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Evaluate } from '../ports/program.ts';
import type { TrialStore } from '../ports/trial-store.ts';

/** The type of the configurations of a search space. */
type ConfigurationIn<S> = S extends SearchSpace<infer C> ? C : Configuration;

/** Everything that makes a study. */
export interface StudyOptions<S extends SearchSpace = SearchSpace> {
  /** Its name: 1 to 100 letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** Which configurations there are: `searchSpace({ … })`. Configurations everywhere else have its type. */
  readonly space: S;
  /** What is made as small or as large as it can be. */
  readonly objective: Objective;
  /** What proposes trials: a searcher, or a sampler whose trials all run to their end. */
  readonly searcher: Plugin<'searcher'> | Plugin<'sampler'>;
  /** The objective as a function. Give this, or `command`, or neither to run trials by hand with `ask` and `tell`. */
  readonly evaluate?: Evaluate<ConfigurationIn<S>> | undefined;
  /** The objective as a program: an array, never given to a shell. */
  readonly command?: readonly string[] | undefined;
  /** Folder in which `command` runs, relative to that of the process; default: the current one. */
  readonly workingDirectory?: string | undefined;
  /** Environment variables for `command`. Not stored with the study. */
  readonly environment?: { readonly [name: string]: string } | undefined;
  /** Where trials run; default: `inProcess()` for a function, `local()` for a command. */
  readonly backend?: Plugin<'backend'> | undefined;
  /** How metrics are read from what a command writes, all of these together; default: JSON lines in `$FETTLE_METRICS` and on standard output. */
  readonly metrics?: readonly Plugin<'metric-source'>[] | undefined;
  /**
   * When to end: the first of these limits that is reached. Default: none, so that the study runs until its searcher has nothing
   * left (`grid` does, `random` never) or it is interrupted. It may change from session to session.
   */
  readonly budget?: Budget | undefined;
  /** Seed of every random choice: an integer from 0 to 2^53 - 1. Default: 0. */
  readonly seed?: number | undefined;
  /** Configurations to try before the searcher's own, in this order; they count as trials of the budget. */
  readonly first?: readonly ConfigurationIn<S>[] | undefined;
  /** What to do when the searcher suggests what was tried before; default: `redraw`. */
  readonly duplicates?: DuplicatePolicy | undefined;
  /** Changes to the default retry policy. */
  readonly retry?:
    | {
        /**
         * Further attempts after a failure, by class. Default: `preempted` 100, `node` 3, `unknown` 1, the others 0.
         */
        readonly limits?: { readonly [failure in FailureClass]?: number } | undefined;
        /** Wait before the first retry, in milliseconds, doubled each time; default 1000. */
        readonly backOff?: number | undefined;
        /** Longest wait, in milliseconds; default 60,000. */
        readonly maxBackOff?: number | undefined;
      }
    | undefined;
  /** Time limit for one attempt, in milliseconds; default: none. A trial above it fails as `timeout`. */
  readonly timeLimit?: number | undefined;
  /** Time between the steps of asking an attempt to stop, in milliseconds; default 5000. */
  readonly grace?: number | undefined;
  /** Whether the program can resume from its checkpoint folder; default: no, so a resumed trial starts again. */
  readonly resumable?: boolean | undefined;
  /** Which checkpoints of trials that are over are kept; default: all. */
  readonly checkpoints?: CheckpointPolicy | undefined;
  /** Folder of the study, made if missing: `study.db` and the trials' files. Default: kept in memory only. */
  readonly directory?: string | undefined;
  /** Your own store instead of `study.db` in `directory`. */
  readonly store?: TrialStore | undefined;
  /** Where time comes from; default: the system. `new VirtualClock()` of `@fettle/core/testing` for simulations. */
  readonly clock?: Clock | undefined;
  /** Where the study and its plugins say what people may want to know; `console` will do. Default: nowhere. */
  readonly logger?: Logger | undefined;
  /** Replaces any service of the study: called once all defaults are in place and before any service is made. */
  readonly services?: ((scope: Scope) => void) | undefined;
}
