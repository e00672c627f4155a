/**
 * The charts in the guide, drawn from what was measured:
 *
 *   node -C @fettle/source bench/pictures.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean } from './asha/result-file.ts';

const RESULTS = join(import.meta.dirname, 'results');
const PICTURES = join(import.meta.dirname, '../docs/pictures');
/** Read on white and on black. */
const INK = '#7a8594';
const COLOURS = ['#2f81f7', '#d29922', '#a371f7', '#8b949e'];
const WIDTH = 640;
const FONT = 'font-family="system-ui, sans-serif" font-size="13"';

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(RESULTS, name), 'utf8'));
}

function svg(height: number, title: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}" ${FONT} fill="${INK}">\n${content}\n</svg>\n`;
}

/** How many times less resource than random search each searcher needs, as bars. */
function bars(title: string, figures: readonly (readonly [name: string, value: number])[]): string {
  const [left, row, most] = [250, 24, Math.max(...figures.map(([, value]) => value))];
  const length = (value: number): number => (value / most) * (WIDTH - left - 60);
  const lines = figures.map(([name, value], index) => {
    const y = 34 + index * row;
    return [
      `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${name}</text>`,
      `<rect x="${left}" y="${y}" width="${length(value).toFixed(1)}" height="16" rx="2" fill="${COLOURS[value > 1 ? 0 : 3]}"/>`,
      `<text x="${(left + length(value) + 6).toFixed(1)}" y="${y + 13}">${value.toFixed(1)}</text>`,
    ].join('\n');
  });
  return svg(44 + figures.length * row, title, `<text x="8" y="18">${title}</text>\n${lines.join('\n')}`);
}

/** One line for each name over the same marks; less is better, so the least is on top. */
function lines(
  title: string,
  marks: readonly number[],
  figures: readonly (readonly [string, readonly number[]])[],
): string {
  const [left, right, top, bottom] = [48, 150, 40, 250];
  const all = figures.flatMap(([, values]) => values);
  const [low, high] = [Math.floor(Math.min(...all)), Math.ceil(Math.max(...all))];
  const [first, last] = [marks[0]!, marks.at(-1)!];
  const x = (mark: number): number => left + ((mark - first) / (last - first)) * (WIDTH - left - right);
  const y = (value: number): number => top + ((value - low) / (high - low)) * (bottom - top);
  const axes = [
    ...Array.from({ length: high - low + 1 }, (_, index) => low + index).flatMap((value) => [
      `<line x1="${left}" x2="${WIDTH - right}" y1="${y(value)}" y2="${y(value)}" stroke="${INK}" stroke-opacity="0.25"/>`,
      `<text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
    ]),
    ...marks.map((mark) => `<text x="${x(mark)}" y="${bottom + 20}" text-anchor="middle">${mark}</text>`),
    `<text x="${(left + WIDTH - right) / 2}" y="${bottom + 40}" text-anchor="middle">evaluations</text>`,
  ];
  const drawn = figures.flatMap(([name, values], index) => {
    const points = values.map((value, at) => `${x(marks[at]!).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    const colour = COLOURS[index % COLOURS.length]!;
    return [
      `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2.5"/>`,
      `<text x="${WIDTH - right + 8}" y="${y(values.at(-1)!) + 4}" fill="${colour}">${name}</text>`,
    ];
  });
  return svg(bottom + 52, title, [`<text x="8" y="18">${title}</text>`, ...axes, ...drawn].join('\n'));
}

interface Target {
  readonly searchers: readonly { readonly searcher: string; readonly medianGain: number }[];
}
interface Quality {
  readonly marks: readonly number[];
  readonly runs: readonly { method: string; problem: string; seed: number; regret: readonly number[] }[];
}

/** Mean rank of each method over problems and seeds at one mark, ties sharing the middle rank. */
function meanRank({ runs }: Quality, methods: readonly string[], method: string, mark: number): number {
  const cases = Map.groupBy(runs, ({ problem, seed }) => `${problem} ${seed}`);
  const ranks = [...cases.values()]
    .map((all) => methods.map((each) => all.find((run) => run.method === each)?.regret[mark]))
    .filter((regrets): regrets is number[] => regrets.every((regret) => regret !== undefined))
    .map((regrets) => {
      const own = regrets[methods.indexOf(method)]!;
      const better = regrets.filter((regret) => regret < own).length;
      const equal = regrets.filter((regret) => regret === own).length;
      return better + (equal + 1) / 2;
    });
  return mean(ranks);
}

mkdirSync(PICTURES, { recursive: true });
const target = read('asha-to-target.json') as Target;
writeFileSync(
  join(PICTURES, 'asha-to-target.svg'),
  bars(
    'Times less resource than random search, median over six tasks',
    target.searchers
      .filter(({ searcher }) => searcher !== 'sobol')
      .map(({ searcher, medianGain }) => [searcher, medianGain] as const)
      .sort((a, b) => b[1] - a[1]),
  ),
);

const quality = read('bayes-quality.json') as Quality;
const names = { bayes: 'Fettle bayes', 'optuna-gp': 'Optuna GPSampler', 'optuna-tpe': 'Optuna TPE', random: 'random' };
const methods = Object.keys(names);
writeFileSync(
  join(PICTURES, 'bayes-rank.svg'),
  lines(
    'Mean rank over thirteen problems and 30 seeds; 1 is best',
    quality.marks,
    Object.entries(names).map(([method, name]) => [
      name,
      quality.marks.map((_, mark) => meanRank(quality, methods, method, mark)),
    ]),
  ),
);
