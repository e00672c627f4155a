export { docker } from './docker.ts';
export type { Build, GivenOptions as DockerOptions, Mount, SageMaker } from './given-options.ts';
export { VERSION } from './version.ts';
