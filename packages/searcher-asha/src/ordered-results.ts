/**
 * Results in order of their value, equal ones in order of arrival, with ranks: a B-tree whose entries count what hangs
 * below them. Everything costs O(log n), and few blocks are touched, so the hundred-thousandth result costs about as
 * little as the first.
 *
 * A result can be *open*: it may still be picked. `firstOpen` finds the best of these and its rank.
 * Nodes are numbered from 1 in order of arrival; 0 stands for none.
 */
export class OrderedResults {
  /** The value of each node. */
  readonly #values: number[] = [0];
  readonly #isOpen: boolean[] = [false];
  #root: Block;
  #size = 0;

  /** @param capacity most entries of a block, at least 4: 64 fill a few lines of the processor's cache */
  constructor(capacity = 64) {
    this.#root = new Block(capacity);
  }

  /** Number of results. */
  get size(): number {
    return this.#size;
  }

  /** Adds a result that is not open. @returns its node */
  add(value: number): number {
    const node = this.#values.length;
    this.#values.push(value);
    this.#isOpen.push(false);
    this.#size += 1;
    const upper = insert(this.#root, value, node);
    if (upper !== undefined) {
      const lower = this.#root;
      this.#root = new Block(lower.capacity, []);
      this.#root.put(0, lower.values[0]!, lower.nodes[0]!, lower);
      this.#root.put(1, upper.values[0]!, upper.nodes[0]!, upper);
    }
    return node;
  }

  /** Takes a result out. */
  remove(node: number): void {
    this.setOpen(node, false);
    this.#size -= 1;
    const value = this.#values[node]!;
    for (let block = this.#root; ; ) {
      const at = block.find(value, node);
      if (block.children === undefined) return block.drop(at);
      block.sizes[at] = block.sizes[at]! - 1;
      block = block.children[at]!;
    }
  }

  /** Says whether a result is open. */
  setOpen(node: number, open: boolean): void {
    if (this.isOpen(node) === open) return;
    this.#isOpen[node] = open;
    const change = open ? 1 : -1;
    const value = this.#values[node]!;
    for (let block: Block | undefined = this.#root; block !== undefined; ) {
      const at: number = block.find(value, node);
      block.openings[at] = block.openings[at]! + change;
      block = block.children?.[at];
    }
  }

  isOpen(node: number): boolean {
    return this.#isOpen[node]!;
  }

  /** Results that are better than this one. */
  rank(node: number): number {
    const value = this.#values[node]!;
    let better = 0;
    for (let block: Block | undefined = this.#root; block !== undefined; ) {
      const at: number = block.find(value, node);
      better += block.children === undefined ? at : block.sizeBefore(at);
      block = block.children?.[at];
    }
    return better;
  }

  /** The best open result and how many of all results are better; node 0 if none is open. */
  firstOpen(): { readonly node: number; readonly rank: number } {
    let rank = 0;
    for (let block = this.#root; ; ) {
      let at = 0;
      while (at < block.count && block.openings[at] === 0) at += 1;
      if (at === block.count) return { node: 0, rank: 0 };
      rank += block.sizeBefore(at);
      if (block.children === undefined) return { node: block.nodes[at]!, rank };
      block = block.children[at]!;
    }
  }

  /** The value of the result that so many are better than; undefined if there are not so many. */
  valueAt(rank: number): number | undefined {
    let wanted = rank;
    for (let block = this.#root; ; ) {
      let at = 0;
      while (at < block.count && wanted >= block.sizes[at]!) {
        wanted -= block.sizes[at]!;
        at += 1;
      }
      if (at === block.count) return undefined;
      if (block.children === undefined) return block.values[at];
      block = block.children[at]!;
    }
  }

  /** All results, best first. */
  inOrder(): number[] {
    const nodes: number[] = [];
    const visit = ({ children, nodes: own, count }: Block): void => {
      if (children === undefined) nodes.push(...own.subarray(0, count));
      else for (const child of children) visit(child);
    };
    visit(this.#root);
    return nodes;
  }

  /** The value of a result. */
  valueOf(node: number): number {
    return this.#values[node]!;
  }
}

/** A block of the tree. In a leaf every entry is a result, elsewhere one is a block and named by the least it can hold. */
class Block {
  readonly capacity: number;
  readonly children: Block[] | undefined;
  count = 0;
  readonly values: Float64Array;
  readonly nodes: Int32Array;
  /** Results in each entry. */
  readonly sizes: Int32Array;
  /** Open results in each entry. */
  readonly openings: Int32Array;

  constructor(capacity: number, children?: Block[]) {
    this.capacity = capacity;
    this.children = children;
    this.values = new Float64Array(capacity);
    this.nodes = new Int32Array(capacity);
    this.sizes = new Int32Array(capacity);
    this.openings = new Int32Array(capacity);
  }

  /** The entry a result is in, if it is here: the last one that does not come after it, or else the first. */
  find(value: number, node: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const other = this.values[middle]!;
      if (other < value || (other === value && this.nodes[middle]! <= node)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Results in the entries before this one. */
  sizeBefore(at: number): number {
    let size = 0;
    for (let index = 0; index < at; index += 1) size += this.sizes[index]!;
    return size;
  }

  /** Enters a result that is not open, or a block. */
  put(at: number, value: number, node: number, child?: Block): void {
    const { values, nodes, sizes, openings } = this;
    for (let index = this.count; index > at; index -= 1) {
      values[index] = values[index - 1]!;
      nodes[index] = nodes[index - 1]!;
      sizes[index] = sizes[index - 1]!;
      openings[index] = openings[index - 1]!;
    }
    this.children?.splice(at, 0, child!);
    this.values[at] = value;
    this.nodes[at] = node;
    this.sizes[at] = 1;
    this.openings[at] = 0;
    this.count += 1;
    if (child !== undefined) this.recount(at);
  }

  /** Takes an entry out. */
  drop(at: number): void {
    for (const array of [this.values, this.nodes, this.sizes, this.openings]) array.copyWithin(at, at + 1, this.count);
    this.count -= 1;
  }

  /** Moves the upper half into a block of its own. */
  split(): Block {
    const half = this.count >>> 1;
    const upper = new Block(this.capacity, this.children?.splice(half));
    upper.values.set(this.values.subarray(half, this.count));
    upper.nodes.set(this.nodes.subarray(half, this.count));
    upper.sizes.set(this.sizes.subarray(half, this.count));
    upper.openings.set(this.openings.subarray(half, this.count));
    upper.count = this.count - half;
    this.count = half;
    return upper;
  }

  /** Counts again what is in a block of this one. */
  recount(at: number): void {
    const { count, sizes, openings } = this.children![at]!;
    let [size, open] = [0, 0];
    for (let index = 0; index < count; index += 1) {
      size += sizes[index]!;
      open += openings[index]!;
    }
    this.sizes[at] = size;
    this.openings[at] = open;
  }
}

/** Adds a result below a block. @returns the upper half of the block, if it had to be split */
function insert(block: Block, value: number, node: number): Block | undefined {
  const at = block.find(value, node);
  if (block.children === undefined) {
    const comesAfter = block.count > 0 && block.values[at]! <= value;
    block.put(comesAfter ? at + 1 : at, value, node);
  } else {
    const upper = insert(block.children[at]!, value, node);
    if (upper === undefined) block.sizes[at] = block.sizes[at]! + 1;
    else {
      block.recount(at);
      block.put(at + 1, upper.values[0]!, upper.nodes[0]!, upper);
    }
  }
  return block.count === block.capacity ? block.split() : undefined;
}
