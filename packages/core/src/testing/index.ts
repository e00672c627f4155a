/**
 * For those who write plugins: the contract suites ({@link describeSearcher}, {@link describeSampler}, {@link describeBackend},
 * {@link describeMetricSource}, {@link describeTrialStore}), studies in virtual time ({@link simulateStudy}) and objectives whose
 * best value is known, such as {@link branin}.
 *
 * @module
 */

export type { PlainReading } from './feed-metric-source.ts';
export { launchRequest } from './backend-bench.ts';
export { backendChecks } from './backend-checks.ts';
export type { BackendHarness, BackendPlace, Behaviour } from './backend-harness.ts';
export type { Check } from './check.ts';
export { describeBackend } from './describe-backend.ts';
export { describeMetricSource, metricSourceChecks } from './describe-metric-source.ts';
export type { MetricSample, MetricSourceSuiteOptions } from './describe-metric-source.ts';
export { describeSampler } from './describe-sampler.ts';
export { describeSearcher } from './describe-searcher.ts';
export { describeTrialStore, trialStoreChecks } from './describe-trial-store.ts';
export type { TrialStoreSuiteOptions } from './describe-trial-store.ts';
export { learningCurve } from './learning-curves.ts';
export type { CurveFamily, LearningCurve, LearningCurveOptions } from './learning-curves.ts';
export { ackley, branin, hartmann3, hartmann6, levy, rosenbrock } from './objectives.ts';
export type { TestObjective } from './objectives.ts';
export { RecordingHost } from './recording-host.ts';
export type { HeardReport } from './recording-host.ts';
export { samplerChecks } from './sampler-checks.ts';
export type { SamplerSuiteOptions } from './sampler-checks.ts';
export { SamplerSession } from './sampler-session.ts';
export { searcherChecks } from './searcher-checks.ts';
export type { SearcherSuiteOptions } from './searcher-checks.ts';
export { simulateStudy } from './simulate-study.ts';
export type { Simulated, Simulation } from './simulate-study.ts';
export { simulated, SimulatedCluster } from './simulated-backend.ts';
export type { SimulatedClusterOptions } from './simulated-backend.ts';
export { curveProgram, faults } from './simulated-program.ts';
export type { Fault, SimulatedProgram, SimulatedStep } from './simulated-program.ts';
export type { TrialStoreSubject } from './trial-store-subject.ts';
export { VirtualClock } from './virtual-clock.ts';
