import { resolve } from 'node:path';
import { FettleError, type Logger, messageOf } from '@fettle/core';
import { type ContainerOwner, imageTag } from './container/labels.ts';
import type { DockerOptions } from './docker-options.ts';
import type { Engine, ImageFacts } from './engine/engine.ts';
import { isEngineError } from './engine/engine-error.ts';

/**
 * Brings the image of a study: there already, fetched, or built. What comes back names its content, so that all trials of
 * a session run in the same, even if the tag moves.
 * @param folder where the study runs: paths are relative to it
 * @throws FettleError `backend-unavailable` when it cannot be had
 */
export async function supplyImage(
  engine: Engine,
  options: DockerOptions,
  folder: string,
  owner: ContainerOwner,
  logger: Logger,
): Promise<ImageFacts> {
  const { image, build, pull } = options;
  const name = image ?? imageTag(owner);
  const progress = (line: string): void => logger.info(`${name}: ${line}`);
  try {
    if (build !== undefined) {
      await engine.build({ ...build, context: resolve(folder, build.context), target: build.target, name }, progress);
    } else if (pull === 'always' || (pull === 'missing' && (await engine.image(name)) === undefined)) {
      await engine.pull(name, progress);
    }
    const facts = await engine.image(name);
    if (facts !== undefined) return facts;
  } catch (thrown) {
    if (!isEngineError(thrown)) throw thrown;
    throw new FettleError(
      'backend-unavailable',
      `The image '${name}' could not be ${build === undefined ? 'fetched' : 'built'}: ${messageOf(thrown)}`,
      {
        remedy: build === undefined ? remedyOfFetch(thrown.message) : remedyOfBuild(thrown.message),
        cause: thrown,
      },
    );
  }
  throw new FettleError('backend-unavailable', `The image '${name}' is not on the engine's machine.`, {
    remedy: "Fetch it (docker pull), or set `pull: 'missing'`.",
  });
}

function remedyOfFetch(message: string): string {
  if (/denied|unauthorized|authentication required|no basic auth/i.test(message)) {
    return 'Check its name, and log in to its registry as the user who runs the study: docker login.';
  }
  return 'Check its name. If this machine has no way out, bring it by hand: docker load.';
}

function remedyOfBuild(message: string): string {
  // The API builds without BuildKit, which is a client's business.
  if (/buildkit/i.test(message)) return 'Build it by hand (docker build -t NAME), and give its name as `image`.';
  return 'Try it by hand: docker build.';
}
