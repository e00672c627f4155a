import type { z } from 'zod';
import { FettleError } from '../errors.ts';
import type { JsonValue, MaybePromise } from '../domain/json.ts';
import type { Objective } from '../domain/objective.ts';
import type { PastStudy } from '../domain/past-study.ts';
import type { SearchSpace } from '../domain/search-space.ts';
import type { DuplicatePolicy, PluginRecord } from '../domain/study-spec.ts';
import type { Backend } from '../ports/backend.ts';
import type { ConfigurationSampler } from '../ports/configuration-sampler.ts';
import type { Logger } from '../ports/logger.ts';
import type { MetricSource } from '../ports/metric-source.ts';
import type { RandomStream } from '../domain/random-stream.ts';
import type { Searcher } from '../ports/searcher.ts';
import { API_VERSION } from './api-version.ts';
import type { Capability, PluginNeed } from './capability.ts';
import { guardedSampler } from './guarded-sampler.ts';
import { requireDefinition, requirePort } from './made-right.ts';
import { parseOptions } from './options.ts';

/** What a searcher or a sampler is given when it is made. */
export interface SearcherContext {
  readonly space: SearchSpace;
  readonly objective: Objective;
  /** Whether the program can resume from its checkpoint folder; if not, a resumed trial begins again at 0. */
  readonly resumable: boolean;
  /** What is done with a configuration that was tried already; absent: it runs again, as with `allow`. */
  readonly duplicates?: DuplicatePolicy | undefined;
  /** A stream of the study's own randomness that belongs to no trial. */
  random(purpose: string): RandomStream;
  readonly logger: Logger;
  /** Absolute path of the folder that the options were written in, the study file's; absent if there is none. */
  readonly folder?: string | undefined;
}

/** What a backend or a metric source is given when it is made. A backend gets its host later, with `open`. */
export interface PlainContext {
  readonly logger: Logger;
  /** Absolute path of the folder that the options were written in, the study file's; absent if there is none. */
  readonly folder?: string | undefined;
}

/** For each kind of plugin: the port it implements and what it is made with. */
export interface PluginKinds {
  searcher: { port: Searcher; context: SearcherContext };
  sampler: { port: ConfigurationSampler; context: SearcherContext };
  backend: { port: Backend; context: PlainContext };
  'metric-source': { port: MetricSource; context: PlainContext & { readonly objective: Objective } };
}

/** The four things that can be plugged in. */
export type PluginKind = keyof PluginKinds;

/** What whoever reads study files can read for plugins. */
export interface StudyFileReader {
  /** What another study has found out. @param path as the study file writes it */
  readonly pastStudy: (path: string) => MaybePromise<PastStudy>;
}

/** See `fromFile` of a definition. */
export type FromFile = (
  given: { readonly [option: string]: unknown },
  reader: StudyFileReader,
) => MaybePromise<{ readonly [option: string]: unknown }>;

/** What an author writes to make a plugin. */
export interface PluginDefinition<K extends PluginKind, Schema extends z.ZodType> {
  /** Its name in study files, logs and errors; kebab-case. Of a published package: the package's name. */
  readonly name: string;
  /** Version of the package that holds it, recorded with each study. */
  readonly version: string;
  /** Version of the plugin contract it was written for: the value of `API_VERSION` then. */
  readonly apiVersion: number;
  /** Its options; unknown keys should be refused, so use `z.strictObject`. */
  readonly options: Schema;
  /** What it cannot work without; checked before the first trial. */
  readonly needs?: readonly Capability[] | undefined;
  /**
   * Of a plugin that was made: its needs and those of all plugins in its options, each with whose it is. Worked out from `needs`;
   * an author leaves it out.
   */
  readonly allNeeds?: readonly PluginNeed[] | undefined;
  /** What it offers to those who need it. */
  readonly offers?: readonly Capability[] | undefined;
  /** Options that hold another plugin, by key: `{ sampler: 'sampler' }`. */
  readonly nested?: { readonly [option: string]: PluginKind } | undefined;
  /**
   * Turns what a study file says into options, where that differs: reads what it names. What comes out is checked as options
   * are, and recorded with the study.
   * @throws FettleError that says what is wrong; it is shown at its line
   */
  readonly fromFile?: FromFile | undefined;
  /** Makes the plugin. Options have been checked; only what depends on the context is checked here. */
  create(options: z.output<Schema>, context: PluginKinds[K]['context']): PluginKinds[K]['port'];
}

/** A plugin with its options: what a study is given. */
export interface Plugin<K extends PluginKind> {
  readonly kind: K;
  readonly definition: PluginDefinition<K, z.ZodType>;
  /** What the study records of it. */
  readonly record: PluginRecord;
  /** Makes the plugin itself. */
  create(context: PluginKinds[K]['context']): PluginKinds[K]['port'];
}

/** What is written where no option is needed. */
type NoOptions = Record<string, never>;

/**
 * A plugin's factory: call it with options to get what `createStudy` takes, and with the folder that relative paths in them
 * start from if it is not the process's own. Its definition hangs on it for those who load plugins by name.
 */
export interface PluginFactory<K extends PluginKind, Schema extends z.ZodType> {
  (
    ...given: NoOptions extends z.input<Schema>
      ? [options?: z.input<Schema>, folder?: string]
      : [options: z.input<Schema>, folder?: string]
  ): Plugin<K>;
  readonly kind: K;
  readonly definition: PluginDefinition<K, Schema>;
}

/**
 * A factory by the type of what it takes. Annotate with it what a package exports: editors show what is written at the members of a
 * type, and nothing of what a schema says.
 */
export type FactoryOf<K extends PluginKind, Options> = PluginFactory<K, z.ZodType<unknown, Options>>;

/**
 * The schemas of options of a type, one for each, none missing and none left over:
 * `z.strictObject({ … } satisfies OptionSchemas<MyOptions>)`.
 */
export type OptionSchemas<Options> = { readonly [K in keyof Options]-?: z.ZodType<unknown, Options[K]> };

const marker = Symbol.for('@fettle/core/1/Plugin');

/** Whether a value is a plugin (of a kind), made by any installed copy of this package. */
export function isPlugin<K extends PluginKind>(value: unknown, kind?: K): value is Plugin<K> {
  return (
    typeof value === 'object' &&
    value !== null &&
    marker in value &&
    (kind === undefined || (value as unknown as Plugin<K>).kind === kind)
  );
}

/** Whether a value is a plugin's factory (of a kind). */
export function isPluginFactory<K extends PluginKind>(value: unknown, kind?: K): value is PluginFactory<K, z.ZodType> {
  return (
    typeof value === 'function' &&
    marker in value &&
    (kind === undefined || (value as unknown as PluginFactory<K, z.ZodType>).kind === kind)
  );
}

function define<K extends PluginKind, Schema extends z.ZodType>(
  kind: K,
  definition: PluginDefinition<K, Schema>,
): PluginFactory<K, Schema> {
  requireDefinition(kind, definition);
  const factory = (given?: unknown, folder?: string): Plugin<K> => {
    if (definition.apiVersion !== API_VERSION) {
      throw new FettleError(
        'plugin-api-version',
        `The ${kind} '${definition.name}' ${definition.version} was written for version ${definition.apiVersion} of the plugin contract; this is version ${API_VERSION}.`,
        {
          remedy:
            definition.apiVersion > API_VERSION
              ? 'Update @fettle/core, or install an older version of the plugin.'
              : 'Install a newer version of the plugin.',
        },
      );
    }
    const options = parseOptions(definition.options, given ?? {}, `${kind} '${definition.name}'`);
    const plugin: Plugin<K> = {
      kind,
      definition: withNeeds(kind, definition, options),
      record: { type: definition.name, version: definition.version, options: toRecord(given ?? {}) },
      create(context) {
        const made = definition.create(options, folder === undefined ? context : { ...context, folder });
        requirePort(kind, definition.name, made);
        return kind === 'sampler' ? guardedSampler(made as ConfigurationSampler, definition.name) : made;
      },
    };
    return Object.freeze(Object.defineProperty(plugin, marker, { value: true }));
  };
  Object.defineProperty(factory, marker, { value: true });
  return Object.freeze(Object.assign(factory, { kind, definition: Object.freeze(definition) }));
}

/** What the plugins in its options need, wherever they are, it needs as well. */
function withNeeds<K extends PluginKind, Schema extends z.ZodType>(
  kind: K,
  definition: PluginDefinition<K, Schema>,
  options: unknown,
): PluginDefinition<K, Schema> {
  const allNeeds = [...needsOf(kind, definition), ...needsIn(options, [])];
  return { ...definition, needs: [...new Set(allNeeds.map(({ capability }) => capability))], allNeeds };
}

/** The needs of a plugin and of those in its options; of its own only as long as it was not made. */
export function needsOf(
  kind: PluginKind,
  { name, needs = [], allNeeds }: Pick<PluginDefinition<PluginKind, z.ZodType>, 'name' | 'needs' | 'allNeeds'>,
): readonly PluginNeed[] {
  return allNeeds ?? needs.map((capability) => ({ capability, plugin: `${kind} '${name}'`, path: [] }));
}

/** The needs of all plugins that a value holds. */
function needsIn(value: unknown, path: PluginNeed['path']): PluginNeed[] {
  if (isPlugin(value)) {
    return needsOf(value.kind, value.definition).map((need) => ({ ...need, path: [...path, ...need.path] }));
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => needsIn(item, [...path, index]));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return [];
  return Object.entries(value).flatMap(([key, item]) => needsIn(item, [...path, key]));
}

/** Options as they are recorded: plain data, with nested plugins as their records. */
function toRecord(value: unknown): JsonValue {
  if (isPlugin(value)) return { type: value.record.type, version: value.record.version, options: value.record.options };
  if (Array.isArray(value)) return value.map(toRecord);
  if (typeof value === 'object' && value !== null) {
    const record: { [key: string]: JsonValue } = {};
    for (const [key, item] of Object.entries(value)) if (item !== undefined) record[key] = toRecord(item);
    return record;
  }
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  // Functions and the like cannot be recorded; that there was one can.
  return value === null || value === undefined ? null : `(${typeof value})`;
}

/** Makes a searcher that can be plugged into a study. */
export function defineSearcher<Schema extends z.ZodType>(
  definition: PluginDefinition<'searcher', Schema>,
): PluginFactory<'searcher', Schema> {
  return define('searcher', definition);
}

/** Makes a configuration sampler that can be plugged into a study or into a searcher. */
export function defineSampler<Schema extends z.ZodType>(
  definition: PluginDefinition<'sampler', Schema>,
): PluginFactory<'sampler', Schema> {
  return define('sampler', definition);
}

/** Makes a backend that can be plugged into a study. */
export function defineBackend<Schema extends z.ZodType>(
  definition: PluginDefinition<'backend', Schema>,
): PluginFactory<'backend', Schema> {
  return define('backend', definition);
}

/** Makes a metric source that can be plugged into a study. */
export function defineMetricSource<Schema extends z.ZodType>(
  definition: PluginDefinition<'metric-source', Schema>,
): PluginFactory<'metric-source', Schema> {
  return define('metric-source', definition);
}
