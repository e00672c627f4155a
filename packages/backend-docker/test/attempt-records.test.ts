import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptDirectory } from '@fettle/core';
import { expect, it, onTestFinished } from 'vitest';
import { AttemptRecords } from '../src/attempt-records.ts';

it('shows the beginning of what a program says of its failure, however much that is', () => {
  const study = mkdtempSync(join(tmpdir(), 'fettle-records-'));
  onTestFinished(() => rmSync(study, { recursive: true }));
  const directory = attemptDirectory(study, '1.1');
  const failure = join(directory.path, 'ml/output/failure');
  mkdirSync(join(directory.path, 'ml/output'), { recursive: true });
  writeFileSync(failure, `It did not converge. ${'.'.repeat(2000)}`);
  // More than can be read at once; nothing of it is on the disk.
  truncateSync(failure, 3 * 2 ** 30);
  expect(new AttemptRecords(directory).mlFailure).toMatch(/^It did not converge\. \.{1003}$/);
});
