import { resolve } from 'node:path';
import { inProcess } from '../backends/in-process.ts';
import { local } from '../backends/local.ts';
import { checkTemplates } from '../backends/trial-contract.ts';
import { FettleError } from '../errors.ts';
import { API_VERSION } from '../plugin/api-version.ts';
import { defineBackend, type Plugin } from '../plugin/define.ts';
import type { Program } from '../ports/program.ts';
import { VERSION } from '../version.ts';
import { z } from 'zod';
import { ManualBackend } from './manual-backend.ts';
import type { StudyOptions } from './study-options.ts';

/** What each trial runs, from a study's options. @throws FettleError `options-invalid`, `template-invalid` */
export function programOf(options: StudyOptions): Program {
  const { evaluate, command, environment = {}, workingDirectory = '.' } = options;
  if (evaluate !== undefined && command !== undefined) {
    throw new FettleError('options-invalid', 'The study has both `evaluate` and `command`.', {
      remedy: 'Give the objective once: as a function, or as a program.',
    });
  }
  if (command === undefined) {
    requireNothingIdle(options);
    return evaluate === undefined ? { kind: 'manual' } : { kind: 'function', evaluate };
  }
  const program = { kind: 'command', command, workingDirectory: resolve(workingDirectory), environment } as const;
  checkTemplates(program, options.space.names);
  return program;
}

/** Refuses what only a command has a use for. A backend of one's own may know itself what it runs. */
function requireNothingIdle(options: StudyOptions): void {
  const { evaluate, backend } = options;
  if (evaluate === undefined && backend !== undefined) return;
  const idle = (['metrics', 'environment'] as const).filter((option) => options[option] !== undefined);
  if (idle.length === 0) return;
  const names = idle.map((option) => `\`${option}\``).join(' and ');
  const study = evaluate === undefined ? 'whose trials are run by hand' : 'with `evaluate`';
  throw new FettleError('options-invalid', `${names} would do nothing in a study ${study}.`, {
    remedy: 'Leave that out, or give the objective as a `command`.',
  });
}

/** Where trials run when the study does not say. */
export function defaultBackend({ evaluate, command }: StudyOptions): Plugin<'backend'> {
  if (evaluate !== undefined) return inProcess();
  return command === undefined ? byHand() : local();
}

const byHand = defineBackend({
  name: 'manual',
  version: VERSION,
  apiVersion: API_VERSION,
  options: z.strictObject({}),
  create: () => new ManualBackend(),
});
