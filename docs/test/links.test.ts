import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const pages = globSync(['*.md', 'docs/**/*.md', '{packages,examples,clients,bench}/**/*.md'], {
  cwd: ROOT,
  exclude: (name) => name.includes('node_modules') || name.includes('docs/api') || name.includes('CHANGELOG'),
});
const LINK = /!?\[[^\]]*\]\(([^)\s]+)\)/g;

/** The names by which the headings of a page are linked to. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = markdown.replace(/^```[^]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    Array.from(headings, ([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );
}

describe('links in the documentation', () => {
  it.each(pages)('%s', (page) => {
    const path = join(ROOT, page);
    const broken: string[] = [];
    const prose = readFileSync(path, 'utf8').replace(/^```[^]*?^```/gm, '');
    for (const [, link = ''] of prose.matchAll(LINK)) {
      if (link.startsWith('https://')) continue;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : resolve(dirname(path), file);
      const found = existsSync(target);
      const isThere = found && (anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).has(anchor));
      if (!isThere) broken.push(link);
      else if (statSync(target).isDirectory()) broken.push(`${link} (a folder)`);
    }
    expect(broken).toEqual([]);
  });
});
