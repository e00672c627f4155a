/**
 * What a trial in a container costs beside the container itself: whole studies with their journal on disk, against the engine's
 * own create, start, wait and remove.
 *
 *   node -C @fettle/source bench/docker/overhead.ts [--trials 100] [--turns 5] [--queued 200] [--out FILE]
 *
 * Each single trial follows a bare container, and the two are compared; at 8 at a time the two take turns. Starts an engine
 * of its own, as the tests do (as root; Debian's docker.io, busybox-static and iptables), with its data in memory.
 * `--socket PATH --image NAME` measures on an engine that is there; the image needs `sh` and `echo`.
 */
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PrivateEngine } from '../../packages/backend-docker/test/fixtures/private-engine.ts';
import { median, table, writeResult } from '../asha/result-file.ts';
import { BareEngine } from './bare-engine.ts';
import { runContainerStudy } from './container-study.ts';

const { values: options } = parseArgs({
  options: {
    trials: { type: 'string', default: '100' },
    turns: { type: 'string', default: '5' },
    queued: { type: 'string', default: '200' },
    socket: { type: 'string' },
    image: { type: 'string', default: 'fettle/shell' },
    out: { type: 'string' },
  },
});
const [trials, turns, queued] = [options.trials, options.turns, options.queued].map(Number) as [number, number, number];
const { image } = options;
/** How many run together in the second part, and how many of them in a turn. */
const TOGETHER = 8;
const TURN = 6 * TOGETHER;
/** Pairs that do not count. */
const WARM_UP = 5;
/** The container that a person would write down: no network, an init process, nothing that reads its output. */
const BARE = {
  Image: image,
  Cmd: ['echo', '{"loss": 0.5}'],
  HostConfig: { Init: true, NetworkMode: 'none', LogConfig: { Type: 'none' } },
};

const own = options.socket === undefined ? await PrivateEngine.open() : undefined;
try {
  await own?.importBusybox(image, true);
  const socket = options.socket ?? own?.socket ?? '';
  const bare = new BareEngine(socket);
  const engine = await bare.version();

  const single = await comparePairs(socket, bare);
  const rates = await compareRates(socket, bare);
  const kept = await lookWhatIsKept(socket);
  bare.close();

  const more = median(single.trial.map((time, index) => time - (single.bare[index] ?? Number.NaN)));
  const share = median(rates.trials.map((rate, turn) => rate / (rates.bare[turn] ?? Number.NaN)));
  console.log(`Engine ${engine}\n`);
  console.log(
    table([
      ['', 'median', 'smallest', 'lower quartile', 'upper quartile', 'largest'],
      ['bare container, ms', ...fiveFigures(single.bare)],
      ['trial, ms', ...fiveFigures(single.trial)],
      [`bare containers, ${TOGETHER} at a time, a second`, ...fiveFigures(rates.bare)],
      [`trials, ${TOGETHER} at a time, a second`, ...fiveFigures(rates.trials)],
    ]),
  );
  console.log(`\na trial takes ${more.toFixed(1)} ms more than the bare container before it (bar: 15)`);
  console.log(`${TOGETHER} at a time: ${(share * 100).toFixed(0)} % of the bare rate (bar: 90)`);
  console.log(`${queued} trials, ${TOGETHER} at a time:`, kept);
  writeResult(
    options.out,
    `node -C @fettle/source bench/docker/overhead.ts --trials ${trials} --turns ${turns} --queued ${queued}`,
    { engine, single, rates, more, share, queued, kept },
  );
} finally {
  await own?.close();
}

/**
 * One trial at a time, each after a bare container. A trial is all that a study does from one answer of its searcher to the
 * next question: recording, launching, reading its metrics, recording.
 * @returns milliseconds of both, pair by pair
 */
async function comparePairs(socket: string, engine: BareEngine): Promise<{ bare: number[]; trial: number[] }> {
  const times = { bare: [] as number[], trial: [] as number[] };
  let answered: number | undefined;
  const between = async (): Promise<void> => {
    const asked = performance.now();
    if (answered !== undefined) times.trial.push(asked - answered);
    await engine.run(BARE);
    answered = performance.now();
    times.bare.push(answered - asked);
  };
  await runContainerStudy({ socket, image, trials: WARM_UP + trials + 1, workers: 1, between });
  return { bare: times.bare.slice(WARM_UP, WARM_UP + trials), trial: times.trial.slice(WARM_UP, WARM_UP + trials) };
}

/** As many at a time as the machine bears, by turns. @returns containers a second, turn by turn */
async function compareRates(socket: string, engine: BareEngine): Promise<{ bare: number[]; trials: number[] }> {
  const rates = { bare: [] as number[], trials: [] as number[] };
  for (let turn = 0; turn < turns; turn += 1) {
    let left = TURN;
    const began = performance.now();
    const work = async (): Promise<void> => {
      for (; left > 0; ) {
        left -= 1;
        await engine.run(BARE);
      }
    };
    await Promise.all(Array.from({ length: TOGETHER }, work));
    rates.bare.push((1000 * TURN) / (performance.now() - began));
    const took = await runContainerStudy({ socket, image, trials: TURN, workers: TOGETHER });
    rates.trials.push((1000 * TURN) / took);
  }
  return rates;
}

/** Figures of this process before, in the middle of and after many trials: none may grow with their number. */
async function lookWhatIsKept(socket: string) {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const held = () => {
    collectGarbage();
    return {
      descriptors: readdirSync('/proc/self/fd').length,
      activeHandles: process.getActiveResourcesInfo().length,
      heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
    };
  };
  const before = held();
  const during: ReturnType<typeof held>[] = [];
  const look = (ended: number): void => {
    if (ended % Math.ceil(queued / 5) === 0 && ended < queued) during.push(held());
  };
  await runContainerStudy({ socket, image, trials: queued, workers: TOGETHER, look });
  await delay(100);
  return { before, during, after: held() };
}

function fiveFigures(figures: readonly number[]): string[] {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
  return [median(figures), at(0), at(0.25), at(0.75), at(1)].map((figure) => figure.toFixed(1));
}
