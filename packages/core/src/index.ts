/**
 * Begin with {@link createStudy}, {@link searchSpace} and a searcher such as {@link random}. The ports that plugins implement are
 * {@link Searcher}, {@link ConfigurationSampler}, {@link Backend}, {@link MetricSource} and {@link TrialStore}; plugins are made
 * with {@link defineSearcher}, {@link defineSampler}, {@link defineBackend} and {@link defineMetricSource}.
 *
 * @module
 */

// The words of the domain.
export type { Configuration, ParameterValue } from './domain/configuration.ts';
export type { Decision } from './domain/decision.ts';
export { STUDY_EVENT_TYPES } from './domain/event.ts';
export type { MetricPosition, StopCause, StudyEvent, StudyEvents, StudyEventType } from './domain/event.ts';
export { FAILURE_CLASSES } from './domain/failure.ts';
export type { AttemptEnd, FailureClass } from './domain/failure.ts';
export { isPromise } from './domain/json.ts';
export type { JsonObject, JsonValue, MaybePromise } from './domain/json.ts';
export { normalQuantile } from './domain/normal-quantile.ts';
export { normalizedValue, userValue } from './domain/objective.ts';
export type { PastStudy } from './domain/past-study.ts';
export type { Goal, Objective } from './domain/objective.ts';
export type { Metrics, ObservedReport, Report } from './domain/report.ts';
export { createRandomStream } from './domain/rng.ts';
export {
  branch,
  categorical,
  constant,
  float,
  int,
  ordinal,
  parseSearchSpace,
  searchSpace,
} from './domain/search-space.ts';
export type { ConfigurationOf, SearchSpace } from './domain/search-space.ts';
export type { Domain, DomainType } from './domain/domain.ts';
export type { FloatRange, FloatScale } from './domain/space-float.ts';
export type { IntRange } from './domain/space-int.ts';
export type { Condition, ForbiddenClause, Parameter } from './domain/space-parameter.ts';
export { parameterSchema, spaceSchema } from './domain/space-schema.ts';
export type { ParameterSpec, SpaceSpec } from './domain/space-schema.ts';
export type {
  BranchCases,
  BranchDeclaration,
  ConfigurationFrom,
  Declarations,
  ForbiddenValues,
  ParameterDeclaration,
} from './domain/space-types.ts';
export type {
  Budget,
  CheckpointPolicy,
  DuplicatePolicy,
  PluginRecord,
  RetryPolicy,
  StudyDefinition,
  StudySettings,
} from './domain/study-spec.ts';
export type { Suggestion } from './domain/suggestion.ts';
export { attemptId, isTerminal, parseAttemptId, TRANSITIONS } from './domain/trial.ts';
export type { AttemptId, TrialId, TrialOrigin, TrialRecord, TrialState } from './domain/trial.ts';

// The ports.
export type {
  Adoption,
  AttemptFileName,
  AttemptFiles,
  AttemptNote,
  Backend,
  BackendHost,
  Diagnosis,
  Launched,
  LaunchRequest,
  Recollection,
  RecordedAttempt,
  StopRequest,
} from './ports/backend.ts';
export type { CheckpointFiles } from './ports/checkpoint-files.ts';
export type { Clock, Disposer } from './ports/clock.ts';
export type { ConfigurationSampler, Sample } from './ports/configuration-sampler.ts';
export type { Logger } from './ports/logger.ts';
export type { Ignored, MetricSource, Parsed, Reading } from './ports/metric-source.ts';
export type { CommandProgram, Evaluate, Evaluation, FunctionProgram, ManualProgram, Program } from './ports/program.ts';
export type { RandomStream } from './domain/random-stream.ts';
export type { Offer, Searcher, TrialOutcome, TrialView } from './ports/searcher.ts';
export type {
  BracketDescription,
  BracketPlan,
  ModelDescription,
  ParameterDescription,
  PlanHorizon,
  RungDescription,
  RungStanding,
  SearcherDescription,
  SearcherPlan,
  SelfDescribing,
  TrialStanding,
} from './ports/searcher-description.ts';
export type { Commit, LeaseHolder, StudySummary, TrialQuery, TrialReader, TrialStore } from './ports/trial-store.ts';

// Plugins.
export { API_VERSION } from './plugin/api-version.ts';
export type { Capability, PluginNeed } from './plugin/capability.ts';
export {
  defineBackend,
  defineMetricSource,
  defineSampler,
  defineSearcher,
  isPlugin,
  isPluginFactory,
} from './plugin/define.ts';
export type {
  FactoryOf,
  FromFile,
  OptionSchemas,
  PlainContext,
  Plugin,
  PluginDefinition,
  PluginFactory,
  PluginKind,
  PluginKinds,
  SearcherContext,
  StudyFileReader,
} from './plugin/define.ts';
export { pluginOption } from './plugin/plugin-option.ts';

// Searchers and samplers.
export { asSearcher } from './searchers/as-searcher.ts';
export { fullResource } from './searchers/full-resource-searcher.ts';
export { grid } from './searchers/grid.ts';
export type { GridOptions } from './searchers/grid.ts';
export { limit } from './searchers/limit.ts';
export type { LimitOptions } from './searchers/limit.ts';
export { prior } from './searchers/prior.ts';
export type { PriorOptions } from './searchers/prior.ts';
export { random, randomConfiguration } from './searchers/random.ts';
export { repeat } from './searchers/repeat.ts';
export type { RepeatOptions } from './searchers/repeat.ts';
export { searcherOption } from './searchers/searcher-option.ts';
export { sobol } from './searchers/sobol.ts';
export type { SobolOptions } from './searchers/sobol.ts';
export { SobolSequence } from './searchers/sobol-sequence.ts';
export { warmStart } from './searchers/warm-start.ts';
export type { WarmStartOptions } from './searchers/warm-start.ts';

// Backends.
export { inProcess } from './backends/in-process.ts';
export type { InProcessOptions } from './backends/in-process.ts';
export { local } from './backends/local.ts';
export type { LocalOptions } from './backends/local-options.ts';
export { detectGpus } from './backends/gpu-detection.ts';
export type { CommandRunner, DetectedGpu } from './backends/gpu-detection.ts';
export {
  attemptDirectory,
  checkpointDirectory,
  makeAttemptDirectory,
  programPaths,
  trialDirectory,
} from './backends/attempt-directory.ts';
export type { AttemptDirectory } from './backends/attempt-directory.ts';
export { classifyExit } from './backends/exit-classification.ts';
export type { ExitFacts } from './backends/exit-classification.ts';
export { lastLines } from './backends/file-tail.ts';
export { findProgram } from './backends/find-program.ts';
export { GpuLeases } from './backends/gpu-leases.ts';
export type { GpuSharing } from './backends/gpu-leases.ts';
export { LAUNCHER_NAME, STOP_SIGNALS } from './backends/launcher-script.ts';
export { parseMemorySize } from './backends/memory-size.ts';
export { StopLadder } from './backends/stop-ladder.ts';
export type { StopStep } from './backends/stop-ladder.ts';
export { checkTemplates, trialInvocation } from './backends/trial-contract.ts';
export type { TrialInvocation, TrialPaths } from './backends/trial-contract.ts';

// Metric sources.
export { jsonLinesStdout } from './metrics/json-lines.ts';
export { jsonLinesFile } from './metrics/jsonl.ts';
export { regex } from './metrics/regex.ts';
export type { RegexOptions } from './metrics/regex.ts';
export { testMetricSources } from './metrics/tester.ts';
export type { MetricTest, TestedLine } from './metrics/tester.ts';
export { lineSource, toLineReading } from './metrics/line-source.ts';
export type { LineFormat, LineReading } from './metrics/line-source.ts';
export { readNumber } from './metrics/number-text.ts';
export type { NamedMetricSource } from './metrics/named-source.ts';

// Stores.
export { memoryMedium, memoryStore } from './store/memory-store.ts';
export type { MemoryMedium, MemoryStoreOptions } from './store/memory-store.ts';
export type { HeldLease } from './store/held-lease.ts';
export type { SqliteReader } from './store/file-reader.ts';
export { readSqliteStore, sqliteStore } from './store/sqlite-store.ts';
export type { SqliteStoreOptions } from './store/sqlite-store.ts';
export type { ProcessFacts, ProcessIdentity } from './store/process-facts.ts';

// Studies.
export { checkStudyOptions } from './study/check-options.ts';
export { createStudy } from './study/create-study.ts';
export { defineStudy } from './study/define-study.ts';
export { planStudy } from './study/plan-study.ts';
export { readPastStudy } from './study/read-past-study.ts';
export { withoutPluginVersions } from './study/definition.ts';
export { rebuildSearcher } from './study/rebuild-searcher.ts';
export type { RebuiltSearcher } from './study/rebuild-searcher.ts';
export { requireSameStudy } from './study/require-same-study.ts';
export { replayStudy } from './study/replay.ts';
export type { ReplayDifference, ReplayResult } from './study/replay.ts';
export { Study } from './study/study.ts';
export type { AskedTrial, Told, ToldFailure } from './study/study.ts';
export type { StudyOptions } from './study/study-options.ts';
export type { StudyResult, StudyStatus } from './study/study-status.ts';
export { silentLogger } from './study/silent-logger.ts';
export { systemClock } from './system/system-clock.ts';
export { deletableCheckpoints } from './engine/checkpoint-policy.ts';
export type { CheckpointNeeds, HeldCheckpoint } from './engine/checkpoint-policy.ts';
export { programSeed } from './engine/random-streams.ts';
export { DEFAULT_RETRY } from './engine/retry.ts';
export type { BudgetUse } from './engine/stop-rules.ts';
export { EventHub } from './events/event-hub.ts';
export type { EventListener } from './events/event-hub.ts';
export type { AttemptReaders, AttemptReading } from './engine/attempt-readers.ts';
export type { SearcherGuard } from './engine/searcher-guard.ts';

// Composition.
export { Scope, token } from './container/scope.ts';
export type { Token } from './container/scope.ts';
export {
  ATTEMPT_READERS,
  BACKEND,
  CHECKPOINT_FILES,
  CLOCK,
  EVENT_HUB,
  LOGGER,
  SEARCHER,
  SPACE,
  STORE,
} from './container/tokens.ts';

export { ERROR_CODES, FettleError, messageOf } from './errors.ts';
export { capabilityProblems } from './study/capability-problems.ts';
export type { CapabilityProblem, PartsOfStudy } from './study/capability-problems.ts';
export type { ErrorCode, FettleErrorOptions } from './errors.ts';
export { VERSION } from './version.ts';
