import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { appendLine, mendedLines } from '../../src/slots/append-line.ts';
import { describeAsRoot } from '../describe-on-slurm.ts';

describeAsRoot('a file of lines on a disk that is full', () => {
  it('holds whole lines only, and takes more once there is room', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fettle-full-'));
    onTestFinished(() => {
      execFileSync('/usr/bin/umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    });
    // Two pages: one for something else, one for the lines.
    execFileSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', folder]);
    const [ballast, path] = [join(folder, 'ballast'), join(folder, 'lines')];
    writeFileSync(ballast, Buffer.alloc(4096));
    const line = (number: number): string => `${number} ${'.'.repeat(98)}`;
    let count = 0;
    expect(() => {
      for (; count < 100; count += 1) appendLine(path, line(count));
    }).toThrow('ENOSPC');
    expect(count).toBe(40);
    rmSync(ballast);
    appendLine(path, line(count));
    expect(mendedLines(path)).toEqual(Array.from({ length: count + 1 }, (_, number) => line(number)));
  });
});
