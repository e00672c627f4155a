export { docker } from './docker.ts';
export { VERSION } from './version.ts';
