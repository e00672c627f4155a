import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ContainerPlan, PROBE_STUDY, probeContainer } from './container/attempt-specification.ts';
import { probeName } from './container/labels.ts';
import { SHELL } from './container/launch-script.ts';
import type { Engine } from './engine/engine.ts';
import { isEngineError } from './engine/engine-error.ts';
import { explainRefusal } from './launch-problem.ts';
import { unavailable } from './unavailable.ts';

/**
 * Makes a container like an attempt's, looks into it and removes it. Only an engine that can make attempts' containers, and
 * sees the files that this driver sees, passes.
 * @param directory the study's folder
 * @param gpus some that are to be leased later
 * @returns whether the image has a shell
 * @throws FettleError `backend-unavailable`
 */
export async function probeEngine(
  engine: Engine,
  plan: ContainerPlan,
  directory: string,
  gpus: readonly string[],
): Promise<boolean> {
  const name = probeName(plan.owner);
  const token = mkdtempSync(join(directory, '.probe-'));
  try {
    writeFileSync(join(token, 'here'), '');
    await engine.remove(name, true);
    const specification = probeContainer(plan, realpathSync(token), gpus);
    await engine.create(name, specification);
    if (!(await engine.pathExists(name, `${PROBE_STUDY}/here`))) {
      throw unavailable(
        `The engine does not see the study's folder ${directory}: it runs on another machine.`,
        'Keep the study in a folder that both machines share under the same path, or run the study there.',
      );
    }
    const asked = specification.HostConfig.DeviceRequests?.length ?? 0;
    const made = asked === 0 ? undefined : await engine.inspect(name);
    if (made !== undefined && made.deviceRequests < asked) {
      throw unavailable(
        'The engine ignores requests for GPUs (as Podman does): attempts would run without them.',
        "Use `gpuForm: 'device'`, or Docker.",
      );
    }
    return await engine.pathExists(name, SHELL);
  } catch (thrown) {
    if (!isEngineError(thrown)) throw thrown;
    throw unavailable(
      `The engine makes no containers for this study: ${explainRefusal(thrown.message)}`,
      undefined,
      thrown,
    );
  } finally {
    rmSync(token, { recursive: true, force: true });
    await engine.remove(name, true).catch(() => undefined);
  }
}
