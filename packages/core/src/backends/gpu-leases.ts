import type { AttemptId } from '../domain/trial.ts';

/** How GPUs are shared out. */
export interface GpuSharing {
  /** What `CUDA_VISIBLE_DEVICES` calls them. */
  readonly gpus: readonly string[];
  /** Attempts that use one GPU together. */
  readonly trialsPerGpu: number;
  /** GPUs that one attempt gets; above 1 they are not shared. */
  readonly gpusPerTrial: number;
}

/** Which attempt holds which GPUs. */
export class GpuLeases {
  readonly #sharing: GpuSharing;
  readonly #held = new Map<AttemptId, readonly string[]>();

  constructor(sharing: GpuSharing) {
    this.#sharing = sharing;
  }

  /** Attempts that can hold GPUs at the same time: those that do, and as many more as there is room for. */
  get capacity(): number {
    const { trialsPerGpu, gpusPerTrial } = this.#sharing;
    const room = this.#use().reduce((sum, [, used]) => sum + Math.max(0, trialsPerGpu - used), 0);
    return this.#held.size + Math.floor(room / gpusPerTrial);
  }

  /** Leases the least used GPUs to an attempt; the same ones if it holds some. @returns `undefined` if none are free */
  lease(attempt: AttemptId): readonly string[] | undefined {
    const held = this.#held.get(attempt);
    if (held !== undefined) return held;
    const { trialsPerGpu, gpusPerTrial } = this.#sharing;
    const free = this.#use()
      .filter(([, used]) => used < trialsPerGpu)
      .toSorted(([, a], [, b]) => a - b)
      .slice(0, gpusPerTrial)
      .map(([gpu]) => gpu);
    if (free.length < gpusPerTrial) return undefined;
    this.#held.set(attempt, free);
    return free;
  }

  /** Notes what an attempt of an earlier session holds. */
  restore(attempt: AttemptId, gpus: readonly string[]): void {
    if (gpus.length > 0) this.#held.set(attempt, gpus);
  }

  /** Takes an attempt's GPUs back. */
  release(attempt: AttemptId): void {
    this.#held.delete(attempt);
  }

  /** How many attempts hold each GPU. */
  #use(): [gpu: string, used: number][] {
    const held = [...this.#held.values()].flat();
    return this.#sharing.gpus.map((gpu) => [gpu, held.filter((other) => other === gpu).length]);
  }
}
