import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricPosition } from '../src/domain/event.ts';
import { MetricCollector } from '../src/metrics/collector.ts';
import { fileReaders } from '../src/metrics/file-readers.ts';
import { describeIgnored } from '../src/metrics/ignored-summary.ts';
import { jsonLinesStdout } from '../src/metrics/json-lines.ts';
import { jsonLinesFile } from '../src/metrics/jsonl.ts';
import type { FilePiece, MetricFileReader } from '../src/metrics/metric-file-reader.ts';
import { regex } from '../src/metrics/regex.ts';
import type { CollectedReport } from '../src/metrics/source-tail.ts';
import type { AttemptFiles } from '../src/ports/backend.ts';
import type { Disposer } from '../src/ports/clock.ts';
import type { MetricSource } from '../src/ports/metric-source.ts';

const files = { metrics: '/study/metrics.jsonl', stdout: '/study/stdout', stderr: '/study/stderr' };
const objective = { metric: 'loss', goal: 'minimize', resource: 'epoch' } as const;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const line = (epoch: number): string => `{"epoch": ${epoch}, "loss": ${1 / epoch}}\n`;

/** Files that a test writes, and can make unreadable. */
class MemoryFiles implements MetricFileReader {
  readonly contents = new Map<string, Buffer>();
  readonly reads: number[] = [];
  error: Error | undefined;
  largest = 0;

  append(path: string, text: string | Uint8Array): void {
    this.contents.set(path, Buffer.concat([this.contents.get(path) ?? Buffer.alloc(0), Buffer.from(text)]));
  }

  read(path: string, offset: number, length: number): Promise<FilePiece | undefined> {
    this.reads.push(offset);
    this.largest = Math.max(this.largest, length);
    if (this.error !== undefined) return Promise.reject(this.error);
    const content = this.contents.get(path);
    if (content === undefined) return Promise.resolve(undefined);
    return Promise.resolve({ size: content.length, bytes: content.subarray(offset, offset + length) });
  }
}

/** A clock whose timers fire when the test says so; lets the promises that follow settle. */
class ManualClock {
  time = 0;
  readonly waits: number[] = [];
  #timers: { due: number; call: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(milliseconds: number, call: () => void): Disposer {
    const timer = { due: this.time + milliseconds, call };
    this.#timers.push(timer);
    this.waits.push(milliseconds);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds;
    await settle();
    for (;;) {
      const [next] = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (next === undefined) break;
      this.time = next.due;
      this.#timers = this.#timers.filter((other) => other !== next);
      next.call();
      await settle();
    }
    this.time = end;
  }
}

async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

function setup(
  given: {
    sources?: MetricSource[];
    onGrowth?: AttemptFiles['onGrowth'];
    positions?: MetricPosition[];
    report?: (collected: CollectedReport) => void;
  } = {},
) {
  const reader = new MemoryFiles();
  const clock = new ManualClock();
  const warnings: string[] = [];
  const collected: CollectedReport[] = [];
  const sources = given.sources ?? [
    jsonLinesFile().create({ logger: silent, objective }),
    jsonLinesStdout().create({ logger: silent, objective }),
  ];
  const collector = new MetricCollector({
    sources: sources.map((source, index) => ({ name: `source-${index}`, source })),
    files: { ...files, onGrowth: given.onGrowth },
    positions: given.positions ?? [],
    reader,
    clock,
    logger: { ...silent, warn: (message) => warnings.push(message) },
    report: given.report ?? ((report) => collected.push(report)),
  });
  const epochs = (): unknown[] => collected.map(({ report }) => report.resource);
  return { reader, clock, warnings, collected, collector, epochs };
}

/** A source that does what a test needs of it. */
function sourceThat(parse: MetricSource['parse']): MetricSource {
  return { file: 'metrics', parse };
}

describe('MetricCollector', () => {
  it('waits for files, reads what is complete, and says where it stands', async () => {
    const { reader, clock, collected, collector } = setup();
    collector.start();
    await clock.advance(100);
    reader.append(files.metrics, `${line(1)}{"epoch": 2,`);
    reader.append(files.stdout, `hello\n{"lr": 3}\n${line(7)}`);
    await clock.advance(500);
    expect(collected).toEqual([
      { report: { metrics: { loss: 1 }, resource: 1 }, position: { source: 0, offset: line(1).length } },
      {
        report: { metrics: { loss: 1 / 7, lr: 3 }, resource: 7 },
        position: { source: 1, offset: `hello\n{"lr": 3}\n${line(7)}`.length },
      },
    ]);
    reader.append(files.metrics, ' "loss": 0.5}\n');
    await clock.advance(500);
    expect(collected.at(-1)?.report).toEqual({ metrics: { loss: 0.5 }, resource: 2 });
    expect(collected).toHaveLength(3);
  });

  it('looks less often while nothing is written, and often again after something was', async () => {
    const { reader, clock, collector } = setup();
    collector.start();
    await clock.advance(2000);
    expect(clock.waits.slice(0, 7)).toEqual([0, 100, 200, 400, 500, 500, 500]);
    reader.append(files.stdout, line(1));
    const before = clock.waits.length;
    await clock.advance(650);
    expect(clock.waits.slice(before, before + 2)).toEqual([50, 100]);
  });

  it('looks only in the beginning, when the backend says that there may be more, and in the end', async () => {
    let [grown, subscribed] = [() => {}, 0];
    const { reader, clock, collector, epochs } = setup({
      onGrowth: (look) => {
        [grown, subscribed] = [look, subscribed + 1];
        return () => {
          subscribed -= 1;
        };
      },
    });
    reader.append(files.metrics, line(1));
    collector.start();
    await clock.advance(60_000);
    expect(epochs()).toEqual([1]);
    // One look at each file, and no second one at the one that has grown: its size says that this was all.
    expect(reader.reads).toEqual([0, 0]);
    reader.append(files.metrics, line(2));
    await clock.advance(60_000);
    expect(epochs()).toEqual([1]);
    grown();
    grown();
    await clock.advance(0);
    expect(epochs()).toEqual([1, 2]);
    expect(reader.reads).toHaveLength(4);
    reader.append(files.metrics, line(3));
    await collector.drain();
    expect(epochs()).toEqual([1, 2, 3]);
    expect([subscribed, clock.pending]).toEqual([0, 0]);
  });

  it('reads to the real end when drained, an unfinished last line included, and then is done', async () => {
    const { reader, clock, collector, epochs } = setup();
    collector.start();
    await clock.advance(60);
    reader.append(files.metrics, line(1) + line(2).trimEnd());
    const drained = collector.drain();
    expect(collector.drain()).toBe(drained);
    await drained;
    expect(epochs()).toEqual([1, 2]);
    expect(clock.pending).toBe(0);
    reader.append(files.metrics, `\n${line(3)}`);
    await clock.advance(2000);
    expect(epochs()).toEqual([1, 2]);
  });

  it('drains without having been started, and files that never came to be', async () => {
    const { collector, epochs } = setup();
    await collector.drain();
    expect(epochs()).toEqual([]);
    expect(describeIgnored(collector.ignoredSummary())).toBe(
      'source-0: /study/metrics.jsonl has nothing in it.\nsource-1: /study/stdout has nothing in it.',
    );
  });

  it('reads each report exactly once however often it dies and however the file grows', async () => {
    const text = `{"lr": NaN}\n${line(1)}noise\r\n${line(2)}{"momentum": 1}\n${line(3)}${line(4)}`;
    const whole = setup();
    whole.reader.append(files.metrics, text);
    await whole.collector.drain();
    expect(whole.epochs()).toEqual([1, 2, 3, 4]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: text.length }), fc.integer({ min: 0, max: 3 })), { maxLength: 6 }),
        async (sessions) => {
          const kept: CollectedReport[] = [];
          for (const [written, commits] of [...sessions.sort((a, b) => a[0] - b[0]), [text.length, 99] as const]) {
            // Only the first reports of a session are committed before the driver dies.
            const session = setup({ positions: kept.slice(-1).map(({ position }) => position) });
            session.reader.append(files.metrics, text.slice(0, written));
            if (commits === 99) await session.collector.drain();
            else {
              session.collector.start();
              await session.clock.advance(0);
              session.collector.stop();
            }
            kept.push(...session.collected.slice(0, commits));
          }
          expect(kept).toEqual(whole.collected);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('goes on from the position of each source', async () => {
    const positions = [
      { source: 1, offset: line(1).length, state: { latest: { lr: 'NaN' } } },
      { source: 0, offset: 0 },
    ];
    const { reader, collector, collected } = setup({ positions });
    reader.append(files.stdout, line(1) + line(2));
    await collector.drain();
    expect(collected.map(({ report }) => report)).toEqual([{ metrics: { lr: Number.NaN, loss: 0.5 }, resource: 2 }]);
  });

  it('takes a line of 100 MB with a bounded amount of memory', async () => {
    const size = 100_000_000;
    const end = Buffer.from(`\n${line(5)}`);
    const block = Buffer.alloc(262_144, 'x');
    let asked = 0;
    const session = setup();
    const { collector, epochs } = session;
    session.reader.read = (path, offset, length) => {
      if (path !== files.metrics) return Promise.resolve(undefined);
      asked = Math.max(asked, length);
      const bytes = offset < size ? block.subarray(0, Math.min(length, size - offset)) : end.subarray(offset - size);
      return Promise.resolve({ size: size + end.length, bytes });
    };
    await collector.drain();
    expect(epochs()).toEqual([5]);
    expect(asked).toBeLessThanOrEqual(1_048_576);
    expect(collector.ignoredSummary()[0]).toMatchObject({
      bytes: size + end.length,
      ignored: 1,
      reasons: [{ why: 'the line is longer than 1 MiB', count: 1 }],
    });
  });

  it('says it and stops when a file has become shorter than what was read', async () => {
    const { reader, clock, collector, epochs, warnings } = setup();
    reader.append(files.metrics, line(1) + line(2));
    collector.start();
    await clock.advance(60);
    reader.contents.set(files.metrics, Buffer.from(line(9)));
    reader.append(files.stdout, line(3));
    await clock.advance(1000);
    reader.append(files.metrics, line(10).repeat(9));
    await collector.drain();
    expect(epochs()).toEqual([1, 2, 3]);
    expect(warnings).toEqual([
      expect.stringMatching(/metrics\.jsonl: it is not read any further: it has 41 bytes, but 50 had been read/),
    ]);
    expect(describeIgnored(collector.ignoredSummary())).toContain('it was cut off or written anew');
  });

  it('tries a file again that cannot be read, and warns once', async () => {
    const { reader, clock, collector, epochs, warnings } = setup({
      sources: [jsonLinesFile().create({ logger: silent, objective })],
    });
    reader.append(files.metrics, line(1));
    reader.error = new Error('stale file handle');
    collector.start();
    await clock.advance(3000);
    expect(warnings).toEqual(['Metrics file /study/metrics.jsonl: it cannot be read: stale file handle.']);
    reader.error = undefined;
    await clock.advance(500);
    expect(epochs()).toEqual([1]);
    expect(collector.ignoredSummary()[0]?.problem).toBeUndefined();
  });

  it('tries again before an end, and never takes what it could read for all there is', async () => {
    const { reader, clock, collector, epochs } = setup();
    reader.append(files.metrics, `${line(1)}{"epoch": 2, "loss": 7}`);
    collector.start();
    await clock.advance(10);
    reader.error = new Error('I/O error');
    let done = false;
    const drained = collector.drain().then(() => {
      done = true;
    });
    await clock.advance(1000);
    expect(done).toBe(false);
    await clock.advance(2000);
    await drained;
    expect(epochs()).toEqual([1]);
    expect(describeIgnored(collector.ignoredSummary())).toContain('it cannot be read: I/O error');
  });

  it('reports nothing after it was stopped, not even by the report that stopped it', async () => {
    const seen: unknown[] = [];
    const session = setup({
      report: ({ report }) => {
        seen.push(report.resource);
        session.collector.stop();
      },
    });
    session.reader.append(files.metrics, line(1) + line(2));
    session.reader.append(files.stdout, line(3));
    session.collector.start();
    await session.clock.advance(2000);
    await session.collector.drain();
    expect(seen).toEqual([1]);
    expect(session.clock.pending).toBe(0);
  });

  it.each(['stopped', 'drained'] as const)(
    'reads nothing twice and nothing late when it is %s in the middle of a read',
    async (how) => {
      const { reader, clock, collector, epochs } = setup();
      reader.append(files.metrics, line(1));
      let release = (): void => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      const read = reader.read.bind(reader);
      reader.read = (path, offset, length) => gate.then(() => read(path, offset, length));
      collector.start();
      await clock.advance(0);
      const ended = how === 'drained' ? collector.drain() : collector.stop();
      await settle();
      release();
      await ended;
      await clock.advance(1000);
      expect(epochs()).toEqual(how === 'drained' ? [1] : []);
      expect(collector.ignoredSummary()[0]?.bytes).toBe(how === 'drained' ? line(1).length : 0);
    },
  );

  it('shows a source at most 1 MiB at once', async () => {
    const shown: number[] = [];
    const waiting = sourceThat((bytes) => {
      shown.push(bytes.length);
      return { readings: [], ignored: [], consumed: bytes.length >= 1_048_576 ? bytes.length : 0 };
    });
    const { reader, clock, collector } = setup({ sources: [waiting] });
    reader.append(files.metrics, 'x'.repeat(100));
    collector.start();
    await clock.advance(0);
    reader.append(files.metrics, 'x'.repeat(1_200_000));
    await collector.drain();
    expect(Math.max(...shown)).toBe(1_048_576);
  });

  it('stops when the callback fails, and lets the end know', async () => {
    const session = setup({
      report: () => {
        throw new Error('disk full');
      },
    });
    session.reader.append(files.metrics, line(1));
    session.collector.start();
    await session.clock.advance(2000);
    expect(session.clock.pending).toBe(0);
    await expect(session.collector.drain()).rejects.toThrow('disk full');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('oops');
      },
      'failed: oops',
    ],
    [
      'consumes nothing of a long line',
      () => ({ readings: [], ignored: [], consumed: 0 }),
      'consumes nothing of a full chunk',
    ],
    ['consumes more than there is', () => ({ readings: [], ignored: [], consumed: 1e9 }), 'consumed 1000000000 of'],
    [
      'puts its readings out of order',
      () => ({
        readings: [
          { metrics: {}, consumed: 2 },
          { metrics: {}, consumed: 1 },
        ],
        ignored: [],
        consumed: 3,
      }),
      'out of order',
    ],
  ] as const)('gives up a source that %s, naming it', async (_, parse, problem) => {
    const { reader, collector, epochs, warnings } = setup({
      sources: [sourceThat(parse), jsonLinesStdout().create({ logger: silent, objective })],
    });
    reader.append(files.metrics, 'x'.repeat(1_200_000));
    reader.append(files.stdout, line(1));
    await collector.drain();
    expect(epochs()).toEqual([1]);
    expect(warnings).toEqual([expect.stringContaining(problem)]);
    expect(warnings[0]).toContain("the metric source 'source-0'");
  });

  it('counts what was ignored, by reason, and shows the first of each', async () => {
    const { reader, collector } = setup();
    reader.append(files.stdout, `loss 0.3\n{"los": 1}\nloss 0.2\n{"x": "${'y'.repeat(5000)}"}\n`);
    await collector.drain();
    const [, summary] = collector.ignoredSummary();
    expect(summary).toMatchObject({ source: 'source-1', path: '/study/stdout', readings: 0, ignored: 5 });
    expect(summary?.reasons[0]).toEqual({ why: 'not a JSON object', count: 2, sample: 'loss 0.3' });
    expect(describeIgnored(collector.ignoredSummary().slice(1))).toMatch(
      /^source-1: \d+ bytes of \/study\/stdout were read, 0 reports were made; 5 texts were ignored: not a JSON object \(2 times, first "loss 0\.3"\), /,
    );
  });

  it('keeps only so many reasons apart', async () => {
    const { reader, collector } = setup();
    for (let index = 0; index < 100; index += 1) reader.append(files.metrics, `{"k${index}": true}\n`);
    await collector.drain();
    expect(collector.ignoredSummary()[0]?.reasons).toHaveLength(20);
    expect(collector.ignoredSummary()[0]?.ignored).toBe(200);
  });
});

describe('fileReaders', () => {
  const named = [{ name: 'jsonl', source: jsonLinesFile().create({ logger: silent, objective }) }];

  it('reads several attempts, forgets those that have ended, and says what a silent one had written', async () => {
    const reader = new MemoryFiles();
    const readers = fileReaders(named, new ManualClock(), silent, reader);
    const seen: unknown[] = [];
    for (const attempt of ['1.1', '2.1'] as const) {
      readers.open(attempt, { ...files, metrics: attempt }, new Map(), (reading) => seen.push([attempt, reading]));
    }
    reader.append('1.1', line(1));
    reader.append('2.1', '{"los": 1}\n');
    expect(await readers.drain('1.1', false)).toBeUndefined();
    expect(await readers.drain('2.1', false)).toMatch(
      /^jsonl: 11 bytes of 2\.1 were read, 0 reports were made; 1 text was ignored/,
    );
    expect(readers.drain('2.1', false)).toBeUndefined();
    expect(seen).toEqual([
      ['1.1', { metrics: { loss: 1 }, resource: 1, position: { source: 0, offset: line(1).length } }],
    ]);
  });

  it('does not take a part of a number for the number when the program was cut off', async () => {
    const loss = regex({ metrics: [{ name: 'loss', regex: 'loss=(\\S+)' }] }).create({
      logger: silent,
      objective: { metric: 'loss', goal: 'minimize' },
    });
    const seen: unknown[] = [];
    const reader = new MemoryFiles();
    const readers = fileReaders([{ name: 'regex', source: loss }], new ManualClock(), silent, reader);
    for (const [attempt, cutOff] of [
      ['1.1', true],
      ['2.1', false],
    ] as const) {
      reader.append(attempt, 'loss=0.25\nloss=0.12');
      readers.open(attempt, { ...files, stdout: attempt }, new Map(), ({ metrics }) => seen.push([attempt, metrics]));
      await readers.drain(attempt, cutOff);
    }
    expect(seen).toEqual([
      ['1.1', { loss: 0.25 }],
      ['2.1', { loss: 0.25 }],
      ['2.1', { loss: 0.12 }],
    ]);
  });

  it('stops everything when it is closed', async () => {
    const reader = new MemoryFiles();
    const clock = new ManualClock();
    const readers = fileReaders(named, clock, silent, reader);
    readers.open('1.1', files, new Map(), () => {
      throw new Error('nobody reads any more');
    });
    await clock.advance(10);
    readers.close();
    reader.append(files.metrics, line(1));
    await clock.advance(1000);
    expect(clock.pending).toBe(0);
    expect(readers.drain('1.1', false)).toBeUndefined();
  });
});
