/** Time after which something that went wrong counts half, in milliseconds. */
const HALF_LIFE = 30 * 60_000;
/** Two failures within a short time are one too many. */
const TOO_MUCH = 1.5;

/**
 * Which nodes are to be left alone: where jobs died or programs could not be started, more than once lately. A node is
 * forgiven with time, and at once by a program that ran well there. As long as things go well nowhere, it is not the nodes:
 * a program that is not there is missing on all of them.
 */
export class NodeHealth {
  readonly #failures = new Map<string, { weight: number; at: number }>();
  /** Where a program ran well last. */
  readonly #sound = new Set<string>();

  failed(node: string, at: number): void {
    this.#failures.set(node, { weight: this.#weight(node, at) + 1, at });
    this.#sound.delete(node);
  }

  ranWell(node: string): void {
    this.#failures.delete(node);
    this.#sound.add(node);
  }

  /** All nodes are forgiven: without them there were none left. */
  forgive(): void {
    this.#failures.clear();
  }

  /** Names of the nodes, in order. */
  excluded(now: number): readonly string[] {
    if (this.#sound.size === 0) return [];
    return [...this.#failures.keys()].filter((node) => this.#weight(node, now) >= TOO_MUCH).sort();
  }

  #weight(node: string, now: number): number {
    const known = this.#failures.get(node);
    return known === undefined ? 0 : known.weight * 0.5 ** (Math.max(0, now - known.at) / HALF_LIFE);
  }
}
