// What a published package must say and hold, and what it must not: seen in what was packed, not in what was meant to be.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesOf } from './files-of.mjs';

/** Nobody but us has a use for these. */
const UNWANTED = /(^|\/)(node_modules|coverage|test|fixtures)\/|\.tsbuildinfo$|\.test\.[jt]s$|(?<!\.d)\.ts$|^src\//;

/**
 * @param {import('./pack-packages.mjs').Packed} packed
 * @returns {string[]} what is wrong
 */
export function checkTarball({ name: packageName, directory, unpacked, repository }) {
  const text = readFileSync(join(unpacked, 'package.json'), 'utf8');
  const manifest = JSON.parse(text);
  const files = filesOf(unpacked).map(({ path }) => path);
  const problems = [];
  const expect = (holds, problem) => holds || problems.push(`${packageName}: ${problem}`);

  const { access, provenance } = manifest.publishConfig ?? {};
  expect(access === 'public' && provenance === true, 'publishConfig must have access "public" and provenance true');
  const { type, url, directory: place } = manifest.repository ?? {};
  expect(
    type === 'git' && url === `git+${repository}.git` && place === directory,
    `repository must be ${repository} and ${directory}: ${JSON.stringify(manifest.repository)}`,
  );
  expect(manifest.license === 'MIT', `license is ${manifest.license}`);
  expect(manifest.engines?.node !== undefined, 'engines does not say which Node');
  const protocol = /"(workspace|catalog|link|file):/.exec(text)?.[1];
  expect(protocol === undefined, `package.json has a ${protocol}: that only this workspace understands`);

  for (const name of ['LICENSE', 'README.md', 'THIRD-PARTY.md', 'CHANGELOG.md']) {
    if (name !== 'LICENSE' && name !== 'README.md' && !existsSync(join(directory, name))) continue;
    expect(files.includes(name), `${name} is not in it`);
  }
  const licence = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  expect(licence(join(unpacked, 'LICENSE')) === licence('LICENSE'), 'LICENSE is not that of the workspace');

  for (const path of files) {
    // Templates hold the sources and tests of the packages that are made from them.
    if (!path.startsWith('templates/')) expect(!UNWANTED.test(path), `${path} is of no use to anybody`);
    const source = /^dist\/(.+?)(\.d)?\.[jt]s(\.map)?$/.exec(path)?.[1];
    const isStale = source !== undefined && !existsSync(join(directory, 'src', `${source}.ts`));
    expect(!isStale, `${path} is of a source that is no more: delete ${directory}/dist and build again`);
    for (const missing of missingSources(unpacked, path))
      expect(false, `${path} points to ${missing}, which is not packed`);
  }
  return problems;
}

/** What a file names as its source map, or a source map as its sources, and is not there. */
function missingSources(unpacked, path) {
  if (!/\.([jt]s|css|map)$/.test(path)) return [];
  const text = readFileSync(join(unpacked, path), 'utf8');
  let named;
  if (path.endsWith('.map')) {
    const { sources, sourcesContent = [] } = JSON.parse(text);
    named = sources.filter((_, index) => typeof sourcesContent[index] !== 'string');
  } else named = Array.from(text.matchAll(/^\/[/*][#@] sourceMappingURL=(?!data:)(\S+)/gm), ([, name]) => name);
  return named.filter((name) => !existsSync(join(unpacked, dirname(path), name)));
}
