import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { attemptDirectory } from '../../src/backends/attempt-directory.ts';
import { attemptId } from '../../src/domain/trial.ts';
import type { LaunchRequest } from '../../src/ports/backend.ts';
import { launchRequest } from '../../src/testing/backend-bench.ts';
import { RecordingHost } from '../../src/testing/recording-host.ts';
import { LocalPlace } from '../fixtures/local-place.ts';

const PAGE = readFileSync(resolve(import.meta.dirname, '../../../../docs/trial-protocol.md'), 'utf8');

function example(language: string): string {
  const [, text] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`the page has no example in ${language}`);
  return text;
}

interface Example {
  /** Runs one more attempt. @returns how it ended */
  readonly attempt: (change: Partial<LaunchRequest>, stopAtOnce?: boolean) => Promise<string>;
  readonly reports: (attempt: number) => unknown[];
}

/** A program of the page, written to a file, under the local backend. */
function prepare(file: string, text: string, command: readonly string[]): Example {
  const place = new LocalPlace();
  onTestFinished(() => place.close());
  mkdirSync(place.directory, { recursive: true });
  const path = join(place.directory, file);
  writeFileSync(path, text, { mode: 0o755 });
  return {
    async attempt(change, stopAtOnce = false) {
      const host = new RecordingHost(place, place.command([...command, path, '--lr', '{learningRate}']));
      const backend = place.make(1);
      backend.open(host);
      await backend.adopt([]);
      const request = launchRequest(1, { configuration: { learningRate: 0.5 }, ...change });
      const launched = backend.launch(request);
      if (stopAtOnce) {
        await launched;
        backend.stop(request.attempt, { from: 'checkpoint', grace: 60_000 });
      }
      const { kind } = await host.end(request.attempt);
      backend.close();
      return kind;
    },
    reports: (attempt) =>
      readFileSync(attemptDirectory(place.directory, attemptId(1, attempt)).files.metrics, 'utf8')
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
  };
}

describe('the examples of docs/trial-protocol.md', () => {
  it('run in sh', async () => {
    const { attempt, reports } = prepare('train.sh', example('sh'), []);
    expect(await attempt({ until: 9, configuration: { learningRate: 1 } })).toBe('finished');
    expect(reports(1)).toEqual([{ loss: 0.49 }]);
  });

  it('run in Python, stop at a checkpoint and go on from it', async () => {
    const { attempt, reports } = prepare('train.py', example('python'), ['python3']);
    expect(await attempt({ until: 1_000_000 }, true)).toBe('checkpointed');
    const resumeFrom = reports(1).length;
    expect(await attempt({ attempt: '1.2', resumeFrom, until: resumeFrom + 2 })).toBe('finished');
    expect(reports(2)).toMatchObject([{ epoch: resumeFrom + 1 }, { epoch: resumeFrom + 2 }]);
  });

  it('run in JavaScript', async () => {
    const { attempt, reports } = prepare('train.mjs', example('js'), [process.execPath]);
    expect(await attempt({ until: 2 })).toBe('finished');
    expect(reports(1)).toEqual([
      { loss: 0.25, epoch: 1 },
      { loss: 0.0625, epoch: 2 },
    ]);
    expect(await attempt({ attempt: '1.2', until: 1_000_000 }, true)).toBe('checkpointed');
  });
});
