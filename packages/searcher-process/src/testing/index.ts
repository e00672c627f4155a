export type { ExchangedLine } from './exchange.ts';
export { testProgram } from './test-program.ts';
export type { CheckResult, ProgramSuiteOptions } from './test-program.ts';
