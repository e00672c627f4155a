import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptDirectory, createStudy, grid, ordinal, searchSpace, type StudyEvent } from '@fettle/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { slurm } from '../../src/index.ts';
import type { SlurmOptions } from '../../src/slurm-options.ts';
import { describeOnSlurm } from '../describe-on-slurm.ts';
import { SlurmCluster } from '../slurm-cluster.ts';

let cluster: SlurmCluster;
let directory: string;

/** What was said to a person. */
let warnings: string[] = [];

/** A study with one trial for each value of `x`. */
function makeStudy(options: Partial<SlurmOptions>, values: readonly number[], script: string) {
  const quiet = (): void => undefined;
  const warn = (message: string): void => void warnings.push(message);
  return createStudy({
    logger: { debug: quiet, info: quiet, warn, error: warn },
    name: 'jobs',
    space: searchSpace({ x: ordinal([...values]) }),
    objective: { metric: 'loss', goal: 'minimize' },
    command: ['sh', '-c', script.replaceAll('{', '{{').replaceAll('}', '}}'), 'sh', '{x}'],
    retry: { limits: { launch: 0, code: 1 }, backOff: 4000 },
    searcher: grid(),
    backend: slurm({ slots: 4, minutes: 5, pollSeconds: 0.1, squeueSeconds: 0.5, ...options }),
    seed: 1,
    directory,
  });
}

/** Runs one trial for each value of `x`. @returns what each printed, and all events */
async function run(
  options: Partial<SlurmOptions>,
  values: readonly number[],
  script: string,
): Promise<{ readonly printed: readonly string[]; readonly events: readonly StudyEvent[] }> {
  const events: StudyEvent[] = [];
  const study = await makeStudy(options, values, script);
  study.on('*', (event) => events.push(event));
  await study.run();
  await study.close();
  const printed = values.map((_, index) => {
    const { stdout } = attemptDirectory(directory, `${index + 1}.1`).files;
    return existsSync(stdout) ? readFileSync(stdout, 'utf8').trim() : '';
  });
  return { printed, events };
}

const REPORT = `echo '{"loss": 1}' >>"$FETTLE_METRICS"`;

describeOnSlurm('jobs on a Slurm cluster', () => {
  beforeAll(async () => {
    cluster = await SlurmCluster.start();
  });
  afterAll(() => cluster.stop());
  beforeEach(() => {
    vi.stubEnv('SLURM_CONF', cluster.environment.SLURM_CONF);
    directory = mkdtempSync(join(tmpdir(), 'fettle-jobs-'));
    warnings = [];
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

  it('give each of the attempts that share a job a GPU of its own', async () => {
    const { printed } = await run(
      { slotsPerJob: 2, directives: { gres: 'gpu:2' } },
      [1, 2, 3, 4],
      `${REPORT}; echo "$SLURM_JOB_ID $CUDA_VISIBLE_DEVICES"; sleep 2`,
    );
    const jobs = Map.groupBy(printed, (line) => line.split(' ')[0]);
    expect(jobs.size).toBe(2);
    for (const lines of jobs.values()) {
      expect(lines.map((line) => Number(line.split(' ')[1])).sort((a, b) => a - b)).toEqual([0, 1]);
    }
  });

  it('are heard of while their programs run, which write when they like', async () => {
    const { events } = await run({ slots: 1 }, [1], `sleep 1; ${REPORT}; sleep 5`);
    const at = (type: StudyEvent['type']): number => events.find((event) => event.type === type)?.at ?? Number.NaN;
    expect(at('attempt:ended') - at('trial:reported')).toBeGreaterThan(2500);
  });

  it('run a trial on as many nodes as it asks for, and say where its processes meet', async () => {
    const { printed } = await run(
      { bind: 'submit', prefix: ['srun'], directives: { nodes: '{x}', ntasks: '{x}', 'ntasks-per-node': 1 } },
      [1, 2],
      `[ "$SLURM_PROCID" -gt 0 ] || ${REPORT}; echo "$SLURMD_NODENAME $MASTER_ADDR"`,
    );
    expect(printed[0]).toMatch(/^n\d$/);
    expect(printed[1]?.split('\n').sort()).toEqual(['n1 n1', 'n2 n1']);
  });

  it('are submitted again for work that comes back after all of them have ended', { timeout: 60_000 }, async () => {
    const { events } = await run(
      { slots: 2 },
      [1, 2, 3],
      // While the last trial runs, the other slot stands idle: nothing more is wanted. Then both are taken. (The shell makes way
      // for the last `sleep`: were only that killed first, it would go on to report.)
      `[ $1 = 3 ] && [ $FETTLE_ATTEMPT = 1 ] && { sleep 1; scancel --me; exec sleep 60; }; ${REPORT}`,
    );
    expect(events.filter(({ type }) => type === 'trial:completed')).toHaveLength(3);
    expect(events.filter(({ type }) => type === 'trial:requeued')).toMatchObject([{ body: { trial: 3 } }]);
  });

  it('are submitted again for work that comes after all of them have left', { timeout: 60_000 }, async () => {
    // The trial is tried again when its slot has waited in vain.
    const { events } = await run({ slots: 1, idleSeconds: 1 }, [1], `[ $FETTLE_ATTEMPT = 1 ] && exit 1; ${REPORT}`);
    expect(events.filter(({ type }) => type === 'trial:completed')).toHaveLength(1);
  });

  it('run what sets them up before all else', async () => {
    const { printed } = await run(
      { setup: ['load() { export LOADED="$1"; }', 'load cuda'] },
      [1],
      `${REPORT}; echo "$LOADED"`,
    );
    expect(printed).toEqual(['cuda']);
  });

  it('that end before anything is heard of them are said, with what their logs say', { timeout: 60_000 }, async () => {
    const study = await makeStudy({ setup: ["echo 'no such module' >&2; false"] }, [1], REPORT);
    const running = study.run();
    await vi.waitFor(() => expect(warnings.length).toBeGreaterThan(0), { timeout: 30_000, interval: 100 });
    study.interrupt('enough');
    await running;
    await study.close();
    expect(warnings[0]).toMatch(
      /its job is FAILED \(NonZeroExitCode\).* on n\d[^]*no such module\nThe setup failed: echo/,
    );
  });

  it('that wait are cancelled when the study is stopped', { timeout: 60_000 }, async () => {
    const study = await makeStudy({ bind: 'submit', directives: { begin: 'now+1hour' } }, [1, 2], REPORT);
    const running = study.run();
    const queued = (): string[] => cluster.run('squeue', '--me', '-h', '-o', '%T').trim().split('\n').filter(Boolean);
    await vi.waitFor(() => expect(queued()).toEqual(['PENDING', 'PENDING']), { timeout: 30_000, interval: 100 });
    study.interrupt('enough');
    expect(await running).toMatchObject({ status: 'interrupted' });
    await study.close();
    expect(queued()).toEqual([]);
  });

  it('fail a trial that asks for what the cluster never has, with what Slurm says', { timeout: 40_000 }, async () => {
    // At once for memory that no node has, after it was queued for nodes that no partition has.
    for (const [directive, said] of [
      ['mem', /^Slurm refused it: .*Memory/],
      ['nodes', /would never have started it \(PartitionConfig\)/],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- One study after the other.
      const { events } = await run({ bind: 'submit', directives: { [directive]: '{x}' } }, [1, 7000], REPORT);
      const failures = events.flatMap((event) => (event.type === 'trial:failed' ? [event.body] : []));
      expect(failures).toMatchObject([{ trial: 2, failure: 'launch', message: expect.stringMatching(said) }]);
      rmSync(directory, { recursive: true });
    }
  });
});
