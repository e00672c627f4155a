import { posix } from 'node:path';

/** What is left out of a folder that an engine builds from. */
export interface IgnoreRules {
  /** Whether a path is left out: relative to the folder, with `/` between its parts. */
  readonly excludes: (path: string) => boolean;
  /** Whether with a folder all is left out that is in it, so that nobody need look there. */
  readonly wholeFolders: boolean;
}

/**
 * Reads the text of a `.dockerignore` file. An engine does not leave out what it names; whoever packs does (Docker
 * documentation, "Build context", ".dockerignore files").
 */
export function dockerIgnore(text: string): IgnoreRules {
  const rules = text.split(/\r?\n/).flatMap(ruleOf);
  return {
    // The last rule that fits counts.
    excludes: (path) => rules.findLast(({ fits }) => fits.test(path))?.excluded ?? false,
    wholeFolders: rules.every(({ excluded }) => excluded),
  };
}

interface Rule {
  readonly fits: RegExp;
  readonly excluded: boolean;
}

function ruleOf(line: string): Rule[] {
  if (line.startsWith('#')) return [];
  const trimmed = line.trim();
  const excluded = !trimmed.startsWith('!');
  const pattern = posix.normalize(excluded ? trimmed : trimmed.slice(1).trim()).replaceAll(/^\/|\/$/g, '');
  // What fits a folder fits all that is in it.
  return pattern === '' || pattern === '.'
    ? []
    : [{ fits: new RegExp(`^${expressionOf(pattern)}(?:/.*)?$`, 's'), excluded }];
}

/** The parts of a pattern: any folders, anything, anything within a name, a character, one of some, one as it is. */
const PARTS = /(?<folders>\*\*\/)|(?<all>\*\*)|(?<name>\*)|(?<one>\?)|(?<some>\[[^\]]+\])|\\?(?<self>.)/gs;

function expressionOf(pattern: string): string {
  return pattern.replace(PARTS, (...match: unknown[]) => {
    const { folders, all, name, one, some, self } = match.at(-1) as Record<string, string | undefined>;
    if (folders !== undefined) return '(?:.*/)?';
    if (all !== undefined) return '.*';
    if (name !== undefined) return '[^/]*';
    if (one !== undefined) return '[^/]';
    return some ?? (self ?? '').replace(/[\^$\\.*+?()[\]{}|/]/, '\\$&');
  });
}
