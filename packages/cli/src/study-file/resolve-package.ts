import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Conditions of a package's `exports`, strongest first. Run from sources, packages beside this one are read from theirs. */
const CONDITIONS: readonly string[] = [
  ...(import.meta.url.endsWith('.ts') ? ['@fettle/source'] : []),
  'node-addons',
  'node',
  'import',
  'module-sync',
  'default',
];

/** Where a package was found, or why not. */
export type Resolution =
  | { readonly kind: 'found'; readonly file: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'not-exported'; readonly folder: string };

/**
 * The file that `import` of a package would read, if it were written in a module of another folder. Node resolves only
 * from the module that asks; a study's plugins belong to the study's folder.
 * @param specifier `name`, `@scope/name`, or either with `/subpath`
 * @param folder where to begin; the folders above it are searched as well
 */
export function resolvePackage(specifier: string, folder: string): Resolution {
  const words = specifier.split('/');
  const name = words.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  const subpath = `.${specifier.slice(name.length)}`;
  for (let at = folder; ; at = dirname(at)) {
    const home = join(at, 'node_modules', name);
    if (existsSync(join(home, 'package.json'))) return resolveIn(home, subpath);
    if (dirname(at) === at) return { kind: 'missing' };
  }
}

function resolveIn(home: string, subpath: string): Resolution {
  const { exports, main } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    exports?: unknown;
    main?: string;
  };
  if (exports === undefined)
    return { kind: 'found', file: join(home, subpath === '.' ? (main ?? 'index.js') : subpath) };
  const isMap =
    typeof exports === 'object' && exports !== null && Object.keys(exports).some((key) => key.startsWith('.'));
  const entry: unknown = isMap
    ? (exports as Readonly<Record<string, unknown>>)[subpath]
    : subpath === '.'
      ? exports
      : undefined;
  const target = pick(entry);
  return target === undefined ? { kind: 'not-exported', folder: home } : { kind: 'found', file: join(home, target) };
}

function pick(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  if (Array.isArray(entry)) return entry.map(pick).find((target) => target !== undefined);
  if (typeof entry !== 'object' || entry === null) return undefined;
  // The package decides the order, as in Node.
  for (const [condition, inner] of Object.entries(entry)) {
    const target = CONDITIONS.includes(condition) ? pick(inner) : undefined;
    if (target !== undefined) return target;
  }
  return undefined;
}
