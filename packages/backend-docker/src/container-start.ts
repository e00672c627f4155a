import { chmodSync } from 'node:fs';
import { type AttemptDirectory, FettleError, type LaunchRequest } from '@fettle/core';
import { AttemptRecords } from './attempt-records.ts';
import { attemptContainer, type ContainerPlan } from './container/attempt-specification.ts';
import { ATTEMPT_LABEL, isOwn } from './container/labels.ts';
import { sageMakerFiles } from './container/sagemaker.ts';
import type { ContainerFacts, Engine } from './engine/engine.ts';
import { EngineError, isEngineError } from './engine/engine-error.ts';

/** How often an engine is asked for what it fails to do: that may pass. */
const TRIES = 3;

/**
 * An engine that was killed while it started a container says this of it for ever: the layer below has a task that the
 * engine does not know of.
 */
const LEFT_BEHIND = /task .* already exists/i;

/** What is to be started. */
export interface StartSubject {
  readonly name: string;
  readonly request: LaunchRequest;
  readonly directory: AttemptDirectory;
  readonly gpus: readonly string[];
}

/** What came of asking for a container to run. */
export type StartOutcome =
  | { readonly kind: 'started' }
  /** It had been started before, and runs or has ended. */
  | { readonly kind: 'found' }
  /** It does not run and will not. */
  | { readonly kind: 'refused'; readonly why: unknown };

/** Brings an attempt's container to run: at most once, however often it is asked to. */
export class ContainerStart {
  readonly #engine: Engine;
  readonly #plan: ContainerPlan;
  readonly #subject: StartSubject;
  readonly #records: AttemptRecords;
  #failures = 0;

  constructor(engine: Engine, plan: ContainerPlan, subject: StartSubject) {
    this.#engine = engine;
    this.#plan = plan;
    this.#subject = subject;
    this.#records = new AttemptRecords(subject.directory);
  }

  /** @throws EngineError when it is not known whether it runs: ask again later */
  async attempt(): Promise<StartOutcome> {
    try {
      return await this.#run();
    } catch (thrown) {
      if (isEngineError(thrown, 'unreachable')) throw thrown;
      if (isEngineError(thrown, 'failed')) {
        if (LEFT_BEHIND.test(thrown.message)) return await this.#clearAway(thrown);
        this.#failures += 1;
        if (this.#failures < TRIES) throw thrown;
      }
      return this.#giveUp(thrown);
    }
  }

  /** The container, if it has been made. @throws EngineError, FettleError when the name is another's */
  async found(): Promise<ContainerFacts | undefined> {
    const { name, request } = this.#subject;
    const facts = await this.#engine.inspect(name);
    if (facts === undefined) return undefined;
    if (isOwn(facts.labels, this.#plan.owner) && facts.labels[ATTEMPT_LABEL] === request.attempt) return facts;
    throw new FettleError('launch-failed', `A container that is not of this study has the name ${name}.`, {
      remedy: `Remove it: docker rm -f ${name}`,
    });
  }

  async #run(): Promise<StartOutcome> {
    const { request, directory, gpus } = this.#subject;
    const { options, user, hasShell } = this.#plan;
    const { specification, configFile } = attemptContainer(this.#plan, request, directory, gpus);
    this.#records.makeFolders(options.contract);
    // Somebody else's program, which may have no right to write where this driver may.
    if (options.user !== 'caller' || user === undefined) {
      for (const folder of [directory.path, directory.checkpoint]) chmodSync(folder, 0o777);
    }
    const made = await this.#create(specification);
    const asked = specification.HostConfig.DeviceRequests?.length ?? 0;
    if (!made || asked > 0) {
      const facts = await this.found();
      if (facts !== undefined && facts.status !== 'created') return { kind: 'found' };
      if (facts !== undefined && facts.deviceRequests < asked) throw ignoresGpus();
    }
    this.#records.prepare(configFile, this.#mlFiles());
    // Without a shell nothing in the container claims the attempt. Noted first, so that no start is ever unnoted.
    if (!hasShell) this.#records.claim();
    await this.#start();
    return { kind: 'started' };
  }

  async #start(): Promise<void> {
    try {
      await this.#engine.start(this.#subject.name);
    } catch (thrown) {
      // Somebody tidied up (`docker container prune` takes those that were never started): it is made anew.
      if (isEngineError(thrown, 'not-found') && /no such container/i.test(thrown.message)) {
        throw new EngineError('failed', thrown.message, { cause: thrown });
      }
      throw thrown;
    }
  }

  /** @returns whether it was made now */
  async #create(specification: Parameters<Engine['create']>[1]): Promise<boolean> {
    try {
      await this.#engine.create(this.#subject.name, specification);
      return true;
    } catch (thrown) {
      if (isEngineError(thrown, 'name-taken')) return false;
      throw thrown;
    }
  }

  /** Removes a container that can be neither started nor used, to make it anew, unless its program may have begun. */
  async #clearAway(thrown: EngineError): Promise<StartOutcome> {
    await this.#engine.remove(this.#subject.name, false);
    if (this.#records.claimed) return { kind: 'found' };
    throw thrown;
  }

  /** Makes sure that what was refused does not run after all, and clears it away. */
  async #giveUp(why: unknown): Promise<StartOutcome> {
    const { name } = this.#subject;
    const facts = await this.#engine.inspect(name);
    if (facts === undefined || !isOwn(facts.labels, this.#plan.owner)) return { kind: 'refused', why };
    if (facts.status !== 'created' && facts.problem === '') return { kind: 'found' };
    await this.#engine.remove(name, false);
    return { kind: 'refused', why };
  }

  #mlFiles(): Readonly<Record<string, string>> {
    const { options } = this.#plan;
    if (options.contract !== 'sagemaker') return {};
    const { resource, hyperparameters = {}, channels = {} } = options.sagemaker ?? {};
    const { configuration, until } = this.#subject.request;
    return sageMakerFiles({
      configuration,
      hyperparameters,
      resource: resource === undefined || until === undefined ? undefined : { name: resource, until },
      channels: Object.keys(channels),
    });
  }
}

function ignoresGpus(): FettleError {
  return new FettleError('launch-failed', 'The engine ignores requests for GPUs: the attempt would run without one.', {
    remedy: "Podman does so: use `gpuForm: 'device'` with it, or Docker.",
  });
}
