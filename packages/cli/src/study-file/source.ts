import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';

/** Way to a value inside a study file: keys and indices from the top. */
export type Path = readonly (string | number)[];

/** A line and a column, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something that is wrong with the text itself, before anybody looks at what it means. */
export interface SourceProblem {
  readonly position: Position;
  readonly path: Path;
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** The text of a study file with its values, and where each of them stands. */
export interface Source {
  /** The values as plain data. */
  readonly value: unknown;
  readonly problems: readonly SourceProblem[];
  /**
   * Where the value at a path stands, or the nearest one around it that exists.
   * @param part `key`: the place of its name instead, if it has one
   */
  position(path: Path, part?: 'key' | 'value'): Position;
  /** The text of a plain value exactly as it was written (`1e-3` stays `1e-3`); undefined for lists and maps. */
  literal(path: Path): string | undefined;
}

/** Reads a study file in YAML, or in JSON, which is read as YAML. Never throws: what is wrong is among `problems`. */
export function readSource(text: string): Source {
  const lines = new LineCounter();
  // Duplicate keys are looked for below: there, both places can be named.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: SourceProblem[] = [...document.errors, ...document.warnings].map((problem) => ({
    position: at(problem.pos[0]),
    path: [],
    message: `this is not valid YAML: ${problem.message}`,
  }));

  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const step = (node: unknown, key: string | number): Pair | Node | undefined => {
    const inside = resolve(node);
    if (isMap(inside)) return inside.items.find((pair) => keyOf(pair) === String(key));
    if (isSeq(inside)) return inside.items[Number(key)] as Node | undefined;
    return undefined;
  };
  const find = (path: Path): { node: unknown; pair?: Pair } | undefined => {
    let node: unknown = document.contents;
    let pair: Pair | undefined;
    for (const key of path) {
      const next = step(node, key);
      if (next === undefined) return undefined;
      pair = isPair(next) ? next : undefined;
      node = pair === undefined ? next : pair.value;
    }
    return pair === undefined ? { node } : { node, pair };
  };

  const seen = (node: unknown, path: Path): void => {
    if (isSeq(node)) for (const [index, item] of node.items.entries()) seen(item, [...path, index]);
    if (!isMap(node)) return;
    const first = new Map<string, Pair>();
    for (const pair of node.items) {
      const key = keyOf(pair);
      const before = first.get(key);
      if (before === undefined) first.set(key, pair);
      else {
        const one = at(startOf(before.key) ?? 0);
        problems.push({
          position: at(startOf(pair.key) ?? 0),
          path: [...path, key],
          message: `'${key}' is written twice: here and at line ${one.line}, column ${one.column}`,
          remedy: 'Remove one of the two.',
        });
      }
      seen(pair.value, [...path, key]);
    }
  };
  seen(document.contents, []);

  return {
    value: problems.length > 0 && document.errors.length > 0 ? undefined : document.toJS(),
    problems,
    position(path, part = 'value') {
      for (let length = path.length; length >= 0; length--) {
        const found = find(path.slice(0, length));
        if (found === undefined) continue;
        const key = startOf(found.pair?.key);
        const offset =
          part === 'key' || length < path.length ? (key ?? startOf(found.node)) : (startOf(found.node) ?? key);
        if (offset !== undefined) return at(offset);
      }
      return { line: 1, column: 1 };
    },
    literal(path) {
      const node = resolve(find(path)?.node);
      if (!isScalar(node)) return undefined;
      return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
    },
  };
}

function isPair(value: Pair | Node): value is Pair {
  return 'key' in value;
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

function startOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? (node.range[0] as number)
    : undefined;
}
