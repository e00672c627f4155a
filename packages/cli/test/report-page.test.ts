import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { assembleClient } from '../src/report/assemble-client.ts';
import { buildReportData } from '../src/report/build-report-data.ts';
import { renderReport } from '../src/report/render-report.ts';
import { fixtureReader } from './report-fixture.ts';

const between = (text: string, from: string, to: string) => text.split(from)[1]?.split(to)[0] ?? '';
const dataIn = (page: string) => between(page, '<script type="application/json" id="report-data">', '</script>');
const scriptIn = (page: string) => between(page, '<script type="module">', '</script>');

describe('the page', () => {
  const data = buildReportData(fixtureReader({ trials: 40 }));
  const page = renderReport(data);

  it('carries its data', () => {
    expect(JSON.parse(dataIn(page))).toEqual(JSON.parse(JSON.stringify(data)));
  });

  it('admits its own script and style and nothing else', () => {
    const policy = between(page, 'http-equiv="Content-Security-Policy" content="', '"');
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${hash(scriptIn(page))};`);
    expect(policy).toContain(`style-src ${hash(between(page, '<style>', '</style>'))};`);
    expect(policy).not.toContain('unsafe');
  });

  it('asks for nothing from outside', () => {
    const addresses = [...page.matchAll(/\b(?:https?|wss?|ftp):\/\/[^\s'"]+/g)].map(([address]) => address);
    // The name of a vocabulary, which no browser fetches.
    expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']));
    expect(page).not.toMatch(/<(?:link|img|iframe|object)\b|\ssrc=|@import|url\(/);
  });

  it('has a script that a browser can read', () => {
    expect(() => new Script(scriptIn(page))).not.toThrow();
  });

  it('never sets HTML or runs text', () => {
    expect(scriptIn(page)).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
  });
});

it('what a study holds cannot leave the place where it is shown', () => {
  const evil = '</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>';
  const reader = fixtureReader({
    trials: 30,
    name: `</title>${evil}`,
    configuration: (id) => ({ [`${evil}${id % 2}`]: evil, x: id }),
  });
  const trials = reader.trials().map((trial) => ({ ...trial, reason: evil, message: evil }));
  const page = renderReport(buildReportData({ ...reader, trials: () => trials }));
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  expect(page.match(/<\/title>/g)).toHaveLength(1);
  expect(dataIn(page)).not.toContain('<');
  expect(JSON.parse(dataIn(page)).study.name).toBe(`</title>${evil}`);
});

it('stays below 8 MB with 50 000 trials of 10 reports each, and says what it left out', { timeout: 60_000 }, () => {
  const data = buildReportData(fixtureReader({ trials: 50_000 }));
  expect(Buffer.byteLength(renderReport(data))).toBeLessThan(8_000_000);
  expect(data.study.trials).toBe(50_000);
  expect(data.curves.total).toBeGreaterThan(49_000);
  expect(data.details.some(({ id }) => id === data.best?.id)).toBe(true);
});

it('stays bounded with many parameters too, and keeps the best trial in the table', { timeout: 60_000 }, () => {
  const names = Array.from({ length: 64 }, (_, place) => `parameter${place}`);
  const configuration = (id: number) =>
    Object.fromEntries(names.map((name, place) => [name, Math.sin(id * (place + 1))]));
  const data = buildReportData(fixtureReader({ trials: 12_000, reports: 3, configuration }));
  expect(data.study.trials).toBe(12_000);
  expect(Buffer.from(data.table.state.data, 'base64')).toHaveLength(11_764);
  expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(8_000_000);
});

describe('joining the browser part', () => {
  const run = (script: string) => new Script(script).runInNewContext({ result: [] as unknown[] }, {}) as unknown;

  it('puts modules after what they import and keeps their private names apart', () => {
    const script = assembleClient(
      [
        {
          name: 'main',
          source: "import { greet } from './the-greeting.js';\nconst word = 'me';\nresult.push(greet(), word);\n",
        },
        { name: 'the-greeting', source: "const word = 'hello';\nexport function greet() {\n  return word;\n}\n" },
        { name: 'unused', source: 'throw new Error();\n' },
      ],
      'main',
    );
    expect(run(`${script}\nresult`)).toEqual(['hello', 'me']);
  });

  it.each([
    ['a missing module', "import { a } from './b.js';\n", 'missing'],
    ['itself', "import { a } from './main.js';\n", 'imports itself'],
    ['another form of import', "import a from './b.js';\n", 'cannot be joined'],
    ['another form of export', 'export default 4;\n', 'cannot be joined'],
    ['the end of a script', "const a = '</SCRIPT>';\n", 'ends a script element'],
  ])('refuses %s', (_, source, message) => {
    expect(() => assembleClient([{ name: 'main', source }], 'main')).toThrow(message);
  });
});
