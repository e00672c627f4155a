import type { Goal, ModelDescription, TrialState } from '@fettle/core';

/**
 * A column of numbers as it travels in the page: base64 of little-endian numbers.
 *
 * - `u8`, `u16`, `u32`: whole numbers; a stored 0 stands for a missing one, a stored `s` for `base + s - 1`
 * - `f32`, `f64`: any number; a missing one is `NaN`
 */
export interface PackedColumn {
  readonly type: 'u8' | 'u16' | 'u32' | 'f32' | 'f64';
  readonly base: number;
  readonly data: string;
}

/** A number as JSON can carry it: `NaN` and the infinities by name. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** One parameter of the search space over all trials of the table. */
export interface ParameterData {
  readonly name: string;
  /** `number`: the column holds values; `category`: it holds places in `levels`. Missing: not active in that trial. */
  readonly kind: 'number' | 'category';
  readonly scale: 'linear' | 'log' | 'reverse-log';
  /** Whether all values are whole numbers. */
  readonly whole: boolean;
  /** Ends of the axis; for a category 0 and the last place. */
  readonly min: number;
  readonly max: number;
  readonly levels: readonly string[];
  readonly column: PackedColumn;
}

/** The trials of the table, one row each; all columns have the same length. */
export interface TrialTable {
  readonly id: PackedColumn;
  /** Place in `states`. */
  readonly state: PackedColumn;
  readonly states: readonly TrialState[];
  /** The value in the user's sign; `NaN` and infinities are what was reported where `measured` is 1. */
  readonly value: PackedColumn;
  /** 1 if the trial has a value, finite or not. */
  readonly measured: PackedColumn;
  readonly resource: PackedColumn;
  readonly reports: PackedColumn;
  readonly attempts: PackedColumn;
  /** When the trial was over, milliseconds since `origin`. */
  readonly ended: PackedColumn;
  /** Time spent in ended attempts, milliseconds. */
  readonly runtime: PackedColumn;
}

/** Learning curves, one after the other in one pair of columns. */
export interface CurveData {
  /** Trials with at least one report of the objective, in the whole study. */
  readonly total: number;
  /** The trials whose curves are here, in the order of their curves. */
  readonly trial: PackedColumn;
  /** Number of points of each curve. */
  readonly length: PackedColumn;
  /** Different resource levels, ascending; `level` holds places in this list. */
  readonly levels: PackedColumn;
  readonly level: PackedColumn;
  readonly value: PackedColumn;
}

/** A resource level at which trials were paused or stopped by decision. */
export interface RungData {
  readonly resource: number;
  readonly paused: number;
  readonly stopped: number;
}

/** One ladder of rungs as its searcher sees it. Values are in the user's sign. */
export interface LadderData {
  readonly name: string;
  /** Lowest first. */
  readonly rungs: readonly {
    readonly resource: number;
    /** Trials with a result here, and how many of them were allowed to go on. */
    readonly results: number;
    readonly promoted: number;
    /** Trials on their way here. */
    readonly underway: number;
    readonly best?: number | undefined;
    /** The value that is just good enough to go on now. */
    readonly cut?: number | undefined;
  }[];
}

/** How an attempt ended, as the timeline colours it. */
export const ATTEMPT_KINDS = ['completed', 'stopped', 'paused', 'evicted', 'failed', 'running'] as const;

/** One of {@link ATTEMPT_KINDS}. `completed` also stands for an attempt that ran to the end of what it was asked for. */
export type AttemptKind = (typeof ATTEMPT_KINDS)[number];

/** Attempts over time, packed into as few lanes as ran at once. */
export interface TimelineData {
  /** Attempts of the whole study; more than are here when they were thinned out. */
  readonly total: number;
  readonly lanes: number;
  readonly trial: PackedColumn;
  readonly attempt: PackedColumn;
  readonly lane: PackedColumn;
  /** Milliseconds since `origin`. */
  readonly start: PackedColumn;
  /** Milliseconds. */
  readonly duration: PackedColumn;
  /** Place in `kinds`. */
  readonly kind: PackedColumn;
  readonly kinds: readonly AttemptKind[];
  /** When drivers took the study up, milliseconds since `origin`. */
  readonly sessions: readonly number[];
}

/** One limit of the study's budget. */
export interface BudgetLine {
  readonly label: string;
  readonly used: number;
  readonly limit: number;
  readonly unit: 'count' | 'duration' | 'value';
  /** From 0 to 1. */
  readonly fraction: number;
}

/** The trials and attempts that failed with one class. */
export interface FailureData {
  readonly failure: string;
  readonly trials: number;
  /** Failed attempts of this class, those that were tried again included. */
  readonly attempts: number;
  /** The most frequent messages, with some of the trials they belong to. */
  readonly messages: readonly {
    /** The line that says what went wrong. */
    readonly headline: string;
    /** The whole message of the first of these trials. */
    readonly text: string;
    readonly count: number;
    readonly trials: readonly number[];
  }[];
}

/** How much each parameter matters, largest first; or why that cannot be said. */
export type ImportanceData =
  | {
      readonly known: true;
      /** Trials with a finite value. */
      readonly trials: number;
      /** Parts of a whole; `chance` is what a parameter without any influence would reach in 1 of 20 studies. */
      readonly parameters: readonly { readonly name: string; readonly share: number; readonly chance: number }[];
    }
  | { readonly known: false; readonly reason: string };

/** What the page can tell of one trial beyond its row in the table. */
export interface TrialDetails {
  readonly id: number;
  readonly configuration: readonly (readonly [name: string, value: string])[];
  readonly facts: readonly (readonly [label: string, text: string])[];
  /** Resource and objective of some of its reports. */
  readonly reports: readonly (readonly [resource: number, value: JsonNumber])[];
  readonly metrics: readonly (readonly [name: string, value: JsonNumber])[];
  /** What happened to it and why; `at` in milliseconds since `origin`. */
  readonly history: readonly { readonly at: number; readonly text: string; readonly reason?: string | undefined }[];
}

/** A trial that the head of the report shows: the best one, and the one it is compared with. */
export interface HeadTrial {
  readonly id: number;
  readonly value: number | undefined;
  readonly resource: number;
  /** Trials with this very configuration, where it was repeated; `value` is then the mean of their values. */
  readonly runs?: number | undefined;
  /** Exact values by parameter, in the order of the parameters. */
  readonly configuration: readonly (readonly [name: string, value: string])[];
}

/** Everything a report shows, as plain JSON of bounded size: what {@link buildReportData} makes and `renderReport` draws. */
export interface ReportData {
  /** Version of this shape. */
  readonly format: 1;
  readonly study: {
    readonly name: string;
    readonly status: string;
    readonly reason?: string | undefined;
    readonly metric: string;
    readonly goal: Goal;
    /** Whether a trial's value is its last or its best report. */
    readonly valueRule: 'last' | 'best';
    /** Name of the resource, such as `epoch`. */
    readonly resourceName: string;
    readonly searcher: string;
    readonly backend?: string | undefined;
    readonly seed: number;
    readonly sessions: number;
    /** Milliseconds since the epoch. */
    readonly createdAt: number;
    readonly updatedAt: number;
    /** Milliseconds with a driver at work. */
    readonly wallClock: number;
    readonly resource: number;
    readonly reports: number;
    readonly trials: number;
  };
  readonly counts: readonly (readonly [state: TrialState, count: number])[];
  /** Begin of the time axes, milliseconds since the epoch. */
  readonly origin: number;
  readonly best?: HeadTrial | undefined;
  /** The best of the trials that ran to their end, where the best trial is none of them. */
  readonly bestCompleted?: HeadTrial | undefined;
  /** The first trial: what the best one is compared with. */
  readonly first?: HeadTrial | undefined;
  readonly budget: readonly BudgetLine[];
  readonly failures: readonly FailureData[];
  readonly parameters: readonly ParameterData[];
  readonly table: TrialTable;
  readonly curves: CurveData;
  readonly rungs: readonly RungData[];
  /** As the searcher says; empty where it has no ladders or could not be asked. */
  readonly ladders: readonly LadderData[];
  /** What the searcher's model believes, in the objective's own unit and sign; absent where there is none. */
  readonly model?: ModelDescription | undefined;
  /** What else the searcher says of itself, a sentence each. */
  readonly notes: readonly string[];
  readonly timeline: TimelineData;
  readonly importance: ImportanceData;
  readonly details: readonly TrialDetails[];
}
