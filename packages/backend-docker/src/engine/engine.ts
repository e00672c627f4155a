import type { ContainerSpecification } from '../container/specification.ts';

/** What an engine says of itself. */
export interface EngineFacts {
  /** `docker` or `podman`: the second answers the same calls and differs in details. */
  readonly kind: 'docker' | 'podman';
  readonly version: string;
  /** The newest version of the API it speaks, and the oldest. */
  readonly api: { readonly newest: string; readonly oldest: string };
  /** The version of the API that is spoken with it. */
  readonly spoken: string;
  readonly cpus: number;
  readonly memory: number;
  readonly cgroupVersion: string;
  /** Names of the OCI runtimes it knows, and the one it uses unless told. */
  readonly runtimes: readonly string[];
  readonly defaultRuntime: string;
  /** Names of the CDI devices it has found; empty where it does not list them (before 28.2). */
  readonly cdiDevices: readonly string[];
  /** Folders it looks for CDI devices in; empty: it does not know CDI. */
  readonly cdiFolders: readonly string[];
  /** Whether containers go on while it is restarted. */
  readonly liveRestore: boolean;
  /** Whether it runs without root's rights: root in a container is then the person outside. */
  readonly rootless: boolean;
  /** Whether it maps the users of containers to others (`userns-remap`). */
  readonly remapsUsers: boolean;
}

/** What is needed of an image. */
export interface ImageFacts {
  /** The identity of its content: a tag may move, this does not. */
  readonly id: string;
  readonly entrypoint: readonly string[];
  readonly environment: readonly string[];
}

/** Where a container stands. */
export interface ContainerFacts {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * `created`: never begun; `running`: its program may still run (it may be paused or about to be removed); `exited`: over.
   */
  readonly status: 'created' | 'running' | 'exited';
  /** Meaningful once it has exited. 128 + n stands for signal n. */
  readonly exitCode: number;
  /** Whether the kernel killed something in it for want of memory, the program itself or a child. */
  readonly outOfMemory: boolean;
  /** What the engine has to say of how it failed to begin; mostly empty. */
  readonly problem: string;
  /** How many requests for devices the engine has taken note of. */
  readonly deviceRequests: number;
}

/** A container in a list. */
export interface ListedContainer {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: ContainerFacts['status'];
}

/** Something that happened to a container. */
export interface ContainerNews {
  readonly id: string;
  readonly action: string;
  /** Number of the signal that was sent, if one was. */
  readonly signal: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** A piece of what a container printed. */
export interface OutputPiece {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

/** What is to be built into an image. */
export interface ImageBuild {
  /** Absolute path of the folder that is sent to the engine. */
  readonly context: string;
  /** Path of the Dockerfile within the context. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly arguments: Readonly<Record<string, string>>;
  /** Name of the image. */
  readonly name: string;
}

/** What is told while an image is fetched or built: a line for a person. */
export type Progress = (line: string) => void;

/**
 * A container engine, as far as this backend needs one. One implementation talks to a real engine (`HttpEngine`), tests
 * have a pretended one.
 *
 * Every method rejects with an `EngineError`; its `kind` says whether the engine refused, failed, or did not answer. Asking
 * for something twice is harmless: whoever got no answer may ask again.
 */
export interface Engine {
  /** Path of the socket it is reached by, if it is one of this machine. */
  readonly socket: string | undefined;
  /** What it is; asked anew each time. */
  facts(): Promise<EngineFacts>;
  /** An image that is there; `undefined` if it is not. */
  image(name: string): Promise<ImageFacts | undefined>;
  /** Fetches an image. */
  pull(name: string, progress: Progress): Promise<void>;
  /** Builds an image. */
  build(build: ImageBuild, progress: Progress): Promise<void>;
  /** Makes a container and starts nothing. Rejects with the kind `name-taken` if there is one of that name. */
  create(name: string, specification: ContainerSpecification): Promise<void>;
  /** Starts a container. One that runs is left as it is; one that has exited would run again: look first. */
  start(name: string): Promise<void>;
  /** Sends a signal. A container that does not run is left as it is. */
  signal(name: string, signal: string): Promise<void>;
  /** Removes a container and its anonymous volumes. @param force even if it runs. @returns whether there was one */
  remove(name: string, force: boolean): Promise<boolean>;
  /** How a container stands; `undefined` if there is none. */
  inspect(name: string): Promise<ContainerFacts | undefined>;
  /** All containers that carry a label, those that have exited as well. */
  list(label: string): Promise<readonly ListedContainer[]>;
  /** Whether a path exists as a container sees it, mounts included; the container need not run. */
  pathExists(name: string, path: string): Promise<boolean>;
  /**
   * What happens to containers with a label, from now on; `connected` is called as soon as nothing can be missed any more.
   * Ends or rejects when the connection does.
   */
  news(label: string, connected: () => void, signal: AbortSignal): AsyncIterable<ContainerNews>;
  /** All that a container printed from its beginning, and what it prints until it exits. */
  output(name: string, signal: AbortSignal): AsyncIterable<OutputPiece>;
  /** Lets go of its connections. */
  close(): void;
}
