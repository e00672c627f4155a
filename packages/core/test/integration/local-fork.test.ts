import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { local } from '../../src/backends/local.ts';
import { attemptDirectory } from '../../src/backends/attempt-directory.ts';
import { API_VERSION } from '../../src/plugin/api-version.ts';
import { defineSearcher } from '../../src/plugin/define.ts';
import { createStudy } from '../../src/study/create-study.ts';
import { LOSS, SPACE } from '../engine-helpers.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'fettle-fork-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Counts epochs on from its checkpoint, and from nothing else: `$FETTLE_RESUME_FROM` only says whether there is one. */
const PROGRAM = `
epoch=0
[ "$FETTLE_RESUME_FROM" = 0 ] || epoch=$(cat "$FETTLE_CHECKPOINT_DIR/epoch")
echo "from $FETTLE_RESUME_FROM, checkpoint of $epoch"
while [ "$epoch" -lt "$FETTLE_RESOURCE" ]; do
  epoch=$((epoch + 1))
  echo "$epoch" >"$FETTLE_CHECKPOINT_DIR/epoch"
  echo "{{\\"loss\\": 0.$FETTLE_UNITS}}" >>"$FETTLE_METRICS"
done`;

/** Population based training, of a population of one: each trial is a fork of the one before, three epochs on. */
const generations = defineSearcher({
  name: 'generations',
  version: '0.0.0',
  apiVersion: API_VERSION,
  needs: ['resume'],
  options: z.strictObject({}),
  create: () => ({
    ask({ trial, active }) {
      if (active.size > 0) return { kind: 'wait', reason: 'one after the other' };
      const answer = { configuration: { x: 0.5, units: trial }, until: 3 * trial, reason: 'the next generation' };
      if (trial > 3) return { kind: 'exhausted', reason: 'three are enough' };
      return trial === 1 ? { kind: 'start', ...answer } : { kind: 'fork', from: trial - 1, ...answer };
    },
    report: () => ({ kind: 'continue' }),
  }),
});

it('a program goes on from the checkpoint of the trial that its own was forked from', async () => {
  const study = await createStudy({
    name: 'fork',
    space: SPACE,
    objective: LOSS,
    searcher: generations({}),
    command: ['sh', '-c', PROGRAM],
    backend: local({ workers: 1 }),
    resumable: true,
    checkpoints: { keepBest: 1 },
    directory,
  });
  const { summary } = await study.run();
  expect(summary.counts).toMatchObject({ completed: 3, failed: 0 });
  const said = ['1.1', '2.1', '3.1'].map((attempt) =>
    readFileSync(attemptDirectory(directory, attempt as `${number}.${number}`).files.stdout, 'utf8').trim(),
  );
  expect(said).toEqual(['from 0, checkpoint of 0', 'from 3, checkpoint of 3', 'from 6, checkpoint of 6']);
  expect(summary.resource).toBe(9);
});
