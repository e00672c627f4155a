/** A module of the browser part: its name without `.js`, and its source. */
export interface ClientModule {
  readonly name: string;
  readonly source: string;
}

const IMPORT = /^import \{([^}]*)\} from '\.\/([\w-]+)\.js';\n/gm;
const EXPORT = /^export (async function|function|const|class) (\w+)/gm;

/**
 * Joins the modules of the browser part into one script, so that a page needs nothing but itself. Each module becomes a
 * function of its own that returns what it exports: names that are not exported never meet.
 *
 * The modules keep to a small dialect, which is checked: `import { a, b } from './name.js';` on top and
 * `export function|const|class` are all that is used of the module syntax.
 * @param modules all modules, in any order
 * @param main the name of the module that starts the page
 * @returns the script, safe inside a `<script>` element
 */
export function assembleClient(modules: readonly ClientModule[], main: string): string {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const done = new Set<string>();
  const open = new Set<string>();
  const parts: string[] = [];

  const add = (name: string): void => {
    if (done.has(name)) return;
    const module = byName.get(name);
    if (module === undefined) throw new Error(`the browser module ${name}.js is missing`);
    if (open.has(name)) throw new Error(`the browser module ${name}.js imports itself by way of others`);
    open.add(name);
    for (const [, , needed = ''] of module.source.matchAll(IMPORT)) add(needed);
    done.add(name);
    parts.push(wrap(module));
  };
  add(main);

  const script = `'use strict';\n${parts.join('\n')}`;
  if (/<\/script|<!--/i.test(script))
    throw new Error('the browser part contains a piece of text that ends a script element');
  return script;
}

function wrap({ name, source }: ClientModule): string {
  const exported = [...source.matchAll(EXPORT)].map(([, , binding]) => binding);
  const body = source
    .replace(
      IMPORT,
      (_, names: string, from: string) => `const {${names.replaceAll(/\s+/g, ' ')}} = ${variable(from)};\n`,
    )
    .replace(EXPORT, '$1 $2');
  if (/^(import|export)\b/m.test(body))
    throw new Error(`the browser module ${name}.js uses a form of import or export that cannot be joined`);
  return `const ${variable(name)} = (() => {\n${body}\nreturn { ${exported.join(', ')} };\n})();`;
}

function variable(name: string): string {
  return `module_${name.replaceAll('-', '_')}`;
}
