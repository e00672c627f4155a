import type { z } from 'zod';
import type { ContainerSpecification } from '../container/specification.ts';
import {
  containerAnswer,
  containersAnswer,
  eventAnswer,
  imageAnswer,
  infoAnswer,
  progressAnswer,
  versionAnswer,
} from './answers.ts';
import { chooseApiVersion } from './api-version.ts';
import { packContext } from './build-context.ts';
import { Connection, type EngineCall } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import type {
  ContainerFacts,
  ContainerNews,
  Engine,
  EngineFacts,
  ImageBuild,
  ImageFacts,
  ListedContainer,
  OutputPiece,
  Progress,
} from './engine.ts';
import { EngineError, isEngineError } from './engine-error.ts';
import { readJsonLines } from './json-stream.ts';
import { readFrames } from './log-frames.ts';

/** How long an engine may take for what is no work, in milliseconds: one that takes longer hangs. */
const PATIENCE = 10_000;

/** What may be said of a way to an engine. */
interface HttpEngineOptions {
  readonly patience?: number | undefined;
  readonly login?: ((image: string) => Promise<string | undefined>) | undefined;
}

/** A real engine, by its API over HTTP. */
export class HttpEngine implements Engine {
  readonly socket: string | undefined;
  readonly #connection: Connection;
  readonly #patience: number;
  readonly #login: (image: string) => Promise<string | undefined>;
  #spoken: Promise<string> | undefined;

  /**
   * @param patience how long the engine may take for lists and the like, in milliseconds, before it counts as unreachable
   * @param login for the registry of an image, as the engine expects it; none if absent
   */
  constructor(
    endpoint: Endpoint,
    { patience = PATIENCE, login = async () => await Promise.resolve(undefined) }: HttpEngineOptions = {},
  ) {
    this.#patience = patience;
    this.#login = login;
    this.socket = endpoint.kind === 'unix' ? endpoint.path : undefined;
    this.#connection = new Connection(endpoint);
  }

  async facts(): Promise<EngineFacts> {
    const version = await this.#version();
    const spoken = chooseApiVersion(version.ApiVersion, version.MinAPIVersion);
    const { text } = await this.#connection.ask({ method: 'GET', path: `/v${spoken}/info` });
    const info = parse(infoAnswer, text);
    const secure = (name: string): boolean => info.SecurityOptions.some((option) => option.startsWith(`name=${name}`));
    return {
      kind: version.Components?.some(({ Name: name }) => name === 'Podman Engine') === true ? 'podman' : 'docker',
      version: version.Version,
      api: { newest: version.ApiVersion, oldest: version.MinAPIVersion ?? version.ApiVersion },
      spoken,
      cpus: info.NCPU,
      memory: info.MemTotal,
      cgroupVersion: info.CgroupVersion,
      runtimes: Object.keys(info.Runtimes ?? {}),
      defaultRuntime: info.DefaultRuntime,
      cdiDevices: (info.DiscoveredDevices ?? []).flatMap(({ Source: source, ID: id }) =>
        source === 'cdi' ? [id] : [],
      ),
      cdiFolders: info.CDISpecDirs,
      liveRestore: info.LiveRestoreEnabled,
      rootless: secure('rootless'),
      remapsUsers: secure('userns'),
    };
  }

  async image(name: string): Promise<ImageFacts | undefined> {
    const { status, text } = await this.#ask({ method: 'GET', path: `/images/${path(name)}/json`, accept: [404] });
    if (status === 404) return undefined;
    const { Id: id, Config: config } = parse(imageAnswer, text);
    return { id, entrypoint: config?.Entrypoint ?? [], environment: config?.Env ?? [] };
  }

  async pull(name: string, progress: Progress): Promise<void> {
    // Without a tag an engine fetches every tag there is.
    const tag = /[:@][^/]+$/.test(name) ? '' : '&tag=latest';
    const login = await this.#login(name);
    const headers = login === undefined ? {} : { 'x-registry-auth': login };
    const image = encodeURIComponent(name) + tag;
    await this.#work({ method: 'POST', path: `/images/create?fromImage=${image}`, headers }, progress);
  }

  async build(build: ImageBuild, progress: Progress): Promise<void> {
    const query = new URLSearchParams({
      t: build.name,
      dockerfile: build.dockerfile,
      buildargs: JSON.stringify(build.arguments),
      rm: '1',
      ...(build.target === undefined ? {} : { target: build.target }),
    });
    const { archive, packed } = packContext(build.context, build.dockerfile);
    const built = this.#work({ method: 'POST', path: `/build?${query.toString()}`, archive }, progress);
    await Promise.all([packed, built]);
  }

  async create(name: string, specification: ContainerSpecification): Promise<void> {
    await this.#ask({ method: 'POST', path: `/containers/create?name=${path(name)}`, body: specification });
  }

  async start(name: string): Promise<void> {
    await this.#ask({ method: 'POST', path: `/containers/${path(name)}/start`, accept: [304] });
  }

  async signal(name: string, signal: string): Promise<void> {
    try {
      await this.#ask({ method: 'POST', path: `/containers/${path(name)}/kill?signal=${path(signal)}` });
    } catch (thrown) {
      if (!isEngineError(thrown, 'not-found', 'conflict')) throw thrown;
    }
  }

  async remove(name: string, force: boolean): Promise<boolean> {
    const query = `v=1${force ? '&force=1' : ''}`;
    const { status } = await this.#ask({ method: 'DELETE', path: `/containers/${path(name)}?${query}`, accept: [404] });
    return status !== 404;
  }

  async inspect(name: string): Promise<ContainerFacts | undefined> {
    const { status, text } = await this.#ask({ method: 'GET', path: `/containers/${path(name)}/json`, accept: [404] });
    if (status === 404) return undefined;
    const { Id: id, Config: config, State: state, HostConfig: host } = parse(containerAnswer, text);
    return {
      id,
      labels: config.Labels,
      status: statusOf(state.Status),
      exitCode: state.ExitCode,
      outOfMemory: state.OOMKilled,
      problem: state.Error,
      deviceRequests: host.DeviceRequests?.length ?? 0,
    };
  }

  async list(label: string): Promise<readonly ListedContainer[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    const call: EngineCall = {
      method: 'GET',
      path: `/containers/json?all=1&filters=${filters}`,
      patience: this.#patience,
    };
    const { text } = await this.#ask(call);
    return parse(containersAnswer, text).map(({ Id: id, Labels: labels, State: state }) => ({
      id,
      labels,
      status: statusOf(state),
    }));
  }

  async pathExists(name: string, inside: string): Promise<boolean> {
    const call = `/containers/${path(name)}/archive?path=${encodeURIComponent(inside)}`;
    const { status } = await this.#ask({ method: 'HEAD', path: call, accept: [404] });
    return status !== 404;
  }

  async *news(
    label: string,
    connected: () => void,
    signal: AbortSignal,
  ): AsyncGenerator<ContainerNews, void, undefined> {
    const filters = encodeURIComponent(JSON.stringify({ type: ['container'], label: [label] }));
    const call: EngineCall = { method: 'GET', path: `/events?filters=${filters}`, patience: this.#patience, signal };
    const chunks = this.#stream(call, connected);
    for await (const value of readJsonLines(chunks)) {
      const { Action: action, Actor: actor } = eventAnswer.parse(value);
      const { signal: sent } = actor.Attributes;
      yield { id: actor.ID, action, signal: sent === undefined ? undefined : Number(sent), labels: actor.Attributes };
    }
  }

  async *output(name: string, signal: AbortSignal): AsyncGenerator<OutputPiece, void, undefined> {
    const query = 'follow=1&stdout=1&stderr=1';
    yield* readFrames(this.#stream({ method: 'GET', path: `/containers/${path(name)}/logs?${query}`, signal }));
  }

  close(): void {
    this.#connection.close();
  }

  async #version(): Promise<z.output<typeof versionAnswer>> {
    const { text } = await this.#connection.ask({ method: 'GET', path: '/version' });
    return parse(versionAnswer, text);
  }

  async #prefix(): Promise<string> {
    this.#spoken ??= this.#version().then((version) => chooseApiVersion(version.ApiVersion, version.MinAPIVersion));
    try {
      return `/v${await this.#spoken}`;
    } catch (thrown) {
      this.#spoken = undefined;
      throw thrown;
    }
  }

  async #ask(call: EngineCall): Promise<{ readonly status: number; readonly text: string }> {
    return this.#connection.ask({ ...call, path: (await this.#prefix()) + call.path });
  }

  async *#stream(call: EngineCall, begun?: () => void): AsyncGenerator<Uint8Array, void, undefined> {
    yield* this.#connection.stream({ ...call, path: (await this.#prefix()) + call.path }, begun);
  }

  /** Has an image fetched or built: the engine answers 200 at once and tells what went wrong later. */
  async #work(call: EngineCall, progress: Progress): Promise<void> {
    for await (const value of readJsonLines(this.#stream(call))) {
      const { status, id, progress: share, stream, error } = progressAnswer.parse(value);
      if (error !== undefined) throw new EngineError('failed', error.trim());
      const line = stream ?? [id, status, share].filter((part) => part !== undefined && part !== '').join(' ');
      if (line.trim() !== '') progress(line.trim());
    }
  }
}

/** A name within a path. Names of images hold slashes, which belong to the path. */
function path(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new EngineError('unreachable', 'What answered is no container engine, or broke off.', { cause: thrown });
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw new EngineError('unreachable', `What answered is no container engine: ${error.message}`);
}

function statusOf(state: string): ContainerFacts['status'] {
  if (state === 'created' || state === 'configured' || state === 'initialized') return 'created';
  return state === 'exited' || state === 'dead' || state === 'stopped' ? 'exited' : 'running';
}
