import { detectGpus } from '@fettle/core';
import type { GpuForm } from './container/gpu-request.ts';
import type { DockerOptions } from './docker-options.ts';
import type { EngineFacts } from './engine/engine.ts';
import { unavailable } from './unavailable.ts';

/** How the names of NVIDIA's CDI devices begin. */
const CDI_KIND = 'nvidia.com/gpu=';

/** Which GPUs a session leases out, and how the engine is asked for them. */
export interface GpuChoice {
  readonly form: GpuForm;
  /** Absent: no attempt is to have one. */
  readonly gpus: readonly string[] | undefined;
}

/** @throws FettleError `backend-unavailable` when GPUs are to be found and none is, or fewer than an attempt is to get */
export function chooseGpus(options: DockerOptions, facts: EngineFacts): GpuChoice {
  const form = chooseForm(options, facts);
  const gpus = options.gpus === 'auto' ? findGpus(form, facts) : options.gpus;
  const perTrial = options.gpusPerTrial ?? 1;
  if (gpus !== undefined && gpus.length < perTrial) {
    throw unavailable(`Each attempt is to get ${perTrial} GPUs; there are ${gpus.length}.`, 'Correct `gpus`.');
  }
  return { form, gpus };
}

/** The form that the engine is known to offer; else the one that most do. */
function chooseForm({ gpuForm, gpus }: DockerOptions, facts: EngineFacts): GpuForm {
  if (gpuForm !== 'auto') return gpuForm;
  if (gpus !== 'auto' && gpus?.every((gpu) => gpu.startsWith('/')) === true) return 'device';
  if (gpus !== 'auto' && gpus?.every((gpu) => gpu.includes('=')) === true) return 'cdi';
  return cdiNames(facts).length > 0 && !facts.runtimes.includes('nvidia') ? 'cdi' : 'device-request';
}

function findGpus(form: GpuForm, facts: EngineFacts): readonly string[] {
  const byEngine = form === 'cdi' ? cdiNames(facts) : [];
  const found = byEngine.length > 0 ? byEngine : detectGpus().map(({ id }) => id);
  if (found.length > 0) return found;
  throw unavailable(
    "`gpus` is 'auto', but no NVIDIA GPU was found (nvidia-smi -L).",
    'Name them, or leave `gpus` out.',
  );
}

/** One name for each GPU. The toolkit may list a GPU by its index and again by its UUID: leased by both, it would be leased twice. */
function cdiNames({ cdiDevices }: EngineFacts): string[] {
  const names = cdiDevices.flatMap((name) => (name.startsWith(CDI_KIND) ? [name.slice(CDI_KIND.length)] : []));
  const single = names.filter((name) => name !== 'all');
  const indices = single.filter((name) => !/^(GPU|MIG)-/.test(name));
  return indices.length > 0 ? indices : single;
}
