/** Number of places the arrays begin with. */
const FIRST_CAPACITY = 64;

/**
 * Results in order of their value, equal ones in order of arrival, with ranks: a treap whose nodes count what hangs below
 * them, kept in flat arrays. Everything costs O(log n), so the hundred-thousandth result costs as little as the first.
 *
 * A result can be *open*: it may still be picked. `firstOpen` finds the best of these and its rank.
 * Nodes are numbered from 1 in order of arrival; 0 stands for none.
 */
export class OrderedResults {
  #values = new Float64Array(FIRST_CAPACITY);
  #left = new Int32Array(FIRST_CAPACITY);
  #right = new Int32Array(FIRST_CAPACITY);
  /** Results in the subtree. */
  #sizes = new Int32Array(FIRST_CAPACITY);
  /** Open results in the subtree. */
  #openings = new Int32Array(FIRST_CAPACITY);
  #isOpen = new Uint8Array(FIRST_CAPACITY);
  #root = 0;
  #last = 0;

  /** Number of results. */
  get size(): number {
    return this.#sizes[this.#root]!;
  }

  /** Adds a result that is not open. @returns its node */
  add(value: number): number {
    this.#last += 1;
    if (this.#last === this.#values.length) this.#grow();
    const node = this.#last;
    this.#values[node] = value;
    this.#sizes[node] = 1;
    this.#root = this.#insert(this.#root, node);
    return node;
  }

  /** Takes a result out. */
  remove(node: number): void {
    this.#root = this.#without(this.#root, node);
  }

  /** Says whether a result is open. */
  setOpen(node: number, open: boolean): void {
    if ((this.#isOpen[node] === 1) === open) return;
    this.#isOpen[node] = open ? 1 : 0;
    const change = open ? 1 : -1;
    for (let at = this.#root; ; at = this.#before(node, at) ? this.#left[at]! : this.#right[at]!) {
      this.#openings[at] = this.#openings[at]! + change;
      if (at === node) return;
    }
  }

  isOpen(node: number): boolean {
    return this.#isOpen[node] === 1;
  }

  /** Results that are better than this one. */
  rank(node: number): number {
    let better = 0;
    for (let at = this.#root; at !== node; ) {
      if (this.#before(node, at)) at = this.#left[at]!;
      else {
        better += this.#sizes[this.#left[at]!]! + 1;
        at = this.#right[at]!;
      }
    }
    return better + this.#sizes[this.#left[node]!]!;
  }

  /** The best open result and how many of all results are better; node 0 if none is open. */
  firstOpen(): { readonly node: number; readonly rank: number } {
    let better = 0;
    let at = this.#openings[this.#root] === 0 ? 0 : this.#root;
    while (at !== 0) {
      const left = this.#left[at]!;
      if (this.#openings[left]! > 0) at = left;
      else {
        better += this.#sizes[left]!;
        if (this.#isOpen[at] === 1) return { node: at, rank: better };
        better += 1;
        at = this.#right[at]!;
      }
    }
    return { node: 0, rank: 0 };
  }

  /** The value of the result that so many are better than; undefined if there are not so many. */
  valueAt(rank: number): number | undefined {
    let wanted = rank;
    for (let at = this.#root; at !== 0; ) {
      const before = this.#sizes[this.#left[at]!]!;
      if (wanted === before) return this.#values[at];
      if (wanted < before) at = this.#left[at]!;
      else {
        wanted -= before + 1;
        at = this.#right[at]!;
      }
    }
    return undefined;
  }

  /** All results, best first. */
  inOrder(): number[] {
    const nodes: number[] = [];
    const path: number[] = [];
    for (let at = this.#root; at !== 0 || path.length > 0; at = this.#right[at]!) {
      for (; at !== 0; at = this.#left[at]!) path.push(at);
      at = path.pop()!;
      nodes.push(at);
    }
    return nodes;
  }

  /** The value of a result. */
  valueOf(node: number): number {
    return this.#values[node]!;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#values[a]! - this.#values[b]!;
    // Two infinities differ by NaN, and come in order of arrival like all equals.
    return difference < 0 || (!(difference > 0) && a < b);
  }

  #insert(at: number, node: number): number {
    if (at === 0) return node;
    this.#sizes[at] = this.#sizes[at]! + 1;
    if (this.#before(node, at)) {
      const child = this.#insert(this.#left[at]!, node);
      this.#left[at] = child;
      return priority(child) > priority(at) ? this.#rotateRight(at, child) : at;
    }
    const child = this.#insert(this.#right[at]!, node);
    this.#right[at] = child;
    return priority(child) > priority(at) ? this.#rotateLeft(at, child) : at;
  }

  #rotateRight(top: number, child: number): number {
    this.#left[top] = this.#right[child]!;
    this.#right[child] = top;
    this.#recount(top);
    this.#recount(child);
    return child;
  }

  #rotateLeft(top: number, child: number): number {
    this.#right[top] = this.#left[child]!;
    this.#left[child] = top;
    this.#recount(top);
    this.#recount(child);
    return child;
  }

  #without(at: number, node: number): number {
    if (at === node) return this.#merge(this.#left[at]!, this.#right[at]!);
    if (this.#before(node, at)) this.#left[at] = this.#without(this.#left[at]!, node);
    else this.#right[at] = this.#without(this.#right[at]!, node);
    this.#recount(at);
    return at;
  }

  /** One tree of two, all of the first before all of the second. */
  #merge(a: number, b: number): number {
    if (a === 0) return b;
    if (b === 0) return a;
    if (priority(a) > priority(b)) {
      this.#right[a] = this.#merge(this.#right[a]!, b);
      this.#recount(a);
      return a;
    }
    this.#left[b] = this.#merge(a, this.#left[b]!);
    this.#recount(b);
    return b;
  }

  #recount(at: number): void {
    const left = this.#left[at]!;
    const right = this.#right[at]!;
    this.#sizes[at] = this.#sizes[left]! + this.#sizes[right]! + 1;
    this.#openings[at] = this.#openings[left]! + this.#openings[right]! + this.#isOpen[at]!;
  }

  #grow(): void {
    const capacity = this.#values.length * 2;
    this.#values = enlarged(this.#values, new Float64Array(capacity));
    this.#left = enlarged(this.#left, new Int32Array(capacity));
    this.#right = enlarged(this.#right, new Int32Array(capacity));
    this.#sizes = enlarged(this.#sizes, new Int32Array(capacity));
    this.#openings = enlarged(this.#openings, new Int32Array(capacity));
    this.#isOpen = enlarged(this.#isOpen, new Uint8Array(capacity));
  }
}

function enlarged<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** A node's place in the heap order: its number, mixed well, so that the tree is balanced and the same each time. */
function priority(node: number): number {
  let mixed = Math.imul(node ^ (node >>> 16), 0x45d9f3b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
