import { type AttemptEnd, FettleError, messageOf } from '@fettle/core';

/** What an engine says when it cannot make or start a container, and what helps. The first that fits counts. */
const REMEDIES: readonly [says: RegExp, remedy: string][] = [
  [/no such image/i, 'The image was removed meanwhile: fetch it again, or start the study again.'],
  [/no space left on device/i, 'Make room where the engine keeps its data: docker system df shows what is there.'],
  [
    /could not select device driver/i,
    'The engine has no GPU support of this form: install the NVIDIA Container Toolkit, or choose another `gpuForm`.',
  ],
  [/unresolvable CDI devices|CDI device injection/i, 'See which names there are: docker info, or nvidia-ctk cdi list.'],
  [/nvidia-container-cli|unknown device/i, 'See which GPUs there are with nvidia-smi -L, and correct `gpus`.'],
  [
    /error gathering device information|stat \/dev\/\S+: no such file/i,
    'There is no such device file: correct `devices`, or `gpus` (nvidia-smi -L shows which there are).',
  ],
  [
    /unknown (or invalid )?runtime/i,
    'Install the NVIDIA Container Toolkit and make its runtime known to the engine, or choose another `gpuForm`.',
  ],
  [
    /executable file not found|no such file or directory.*exec|exec.*no such file or directory/i,
    'The program is not in the image: check the command, `entrypoint` and `workingDirectory`.',
  ],
  [
    /permission denied.*exec|exec.*permission denied|exec format error/i,
    'The program is there but cannot be executed: check its mode, and that the image is for this processor.',
  ],
  [
    /bind source path does not exist|no such file or directory.*mount/i,
    'The folder of a mount is not there: create it, or correct `mounts`.',
  ],
  [
    /network .* not found|could not find .*network/i,
    'Create the network (docker network create), or correct `network`.',
  ],
  [
    /range of cpus|cpus are not available|requested cpus/i,
    'The machine has fewer processors: correct `cpus` or `cpuset`.',
  ],
  [/minimum memory limit/i, 'Engines want a few MiB at least: raise `memory`.'],
  [/setting rlimit/i, 'The engine may not raise this limit: lower it in `ulimits`.'],
  [
    /apply caps|capabilit/i,
    'The engine may not give this capability, or there is none of this name: correct `capabilities`.',
  ],
];

/** What is known about why an engine did not do as it was asked, with what helps. */
export function explainRefusal(text: string): string {
  const remedy = REMEDIES.find(([says]) => says.test(text))?.[1];
  return remedy === undefined ? text : `${text}\n${remedy}`;
}

/** The end of an attempt that the engine would not begin. A machine without space is the machine's failure, not the attempt's. */
export function launchProblem(thrown: unknown): AttemptEnd {
  const text = thrown instanceof FettleError ? thrown.toHuman() : messageOf(thrown);
  const failure = /no space left on device/i.test(text) ? 'node' : 'launch';
  return { kind: 'failed', failure, message: `Its container could not be started: ${explainRefusal(text)}` };
}
