import { createRandomStream, type RandomStream } from '@fettle/core';
import { describe, expect, it } from 'vitest';
import { asha, rungLevels } from '../src/index.ts';
import { ManualStudy } from './manual-study.ts';
import { ReferenceAsha } from './reference-asha.ts';

/** Few different values, so that ties are the rule; one in eight is not finite. */
function drawValue(stream: RandomStream): number {
  const value = stream.integer(8);
  return value === 7 ? Number.POSITIVE_INFINITY : value / 4;
}

/** Leads the searcher and the reference through the same random events, and compares every answer. */
function compare(sequence: number, variant: 'promotion' | 'stopping'): string[] {
  const stream = createRandomStream(sequence, variant);
  const reductionFactor = [2, 3, 4, 2.5][stream.integer(4)]!;
  const maxResource = [4, 9, 10, 16][stream.integer(4)]!;
  const study = new ManualStudy(asha({ maxResource, reductionFactor, variant }));
  const reference = new ReferenceAsha(
    rungLevels({ minResource: 1, maxResource, reductionFactor }),
    reductionFactor,
    variant === 'stopping',
  );
  const halting = new Set<number>();
  const answers: string[] = [];
  const check = (what: string, ours: string, theirs: string): void => {
    answers.push(theirs);
    if (ours !== theirs) {
      throw new Error(`sequence ${sequence} (${variant}), ${what}: ${ours}, but the reference says ${theirs}`);
    }
  };
  const length = 10 + stream.integer(30);
  const restartAt = stream.integer(2 * length);
  for (let event = 0; event < length; event += 1) {
    if (event === restartAt) study.restart();
    const running = [...study.active.values()];
    if (running.length < 2 || (running.length < 6 && stream.integer(3) === 0)) {
      const expected = reference.ask();
      const answer = study.step();
      const said = answer.kind === 'resume' ? `resume ${answer.trial} until ${answer.until}` : answer.kind;
      check('ask', said, expected === undefined ? 'start' : `resume ${expected.trial} until ${expected.until}`);
      if (expected === undefined) reference.start(study.trials);
      else reference.resume(expected.trial);
      continue;
    }
    const { id, resource } = running[stream.integer(running.length)]!;
    const fate = stream.integer(16);
    if (fate === 0) {
      const invalid = stream.integer(2) === 0;
      study.fail(id, invalid ? 'invalid-configuration' : 'code');
      reference.end(id, invalid ? 'invalid' : 'over', Number.POSITIVE_INFINITY);
    } else if (fate === 1) {
      // By a person.
      study.end(id, { state: 'stopped', resource, reason: 'by a test' });
      reference.end(id, 'over');
    } else if (halting.has(id) ? fate < 10 : fate === 2) {
      const value = study.active.get(id)!.value ?? Number.POSITIVE_INFINITY;
      study.finish(id);
      reference.end(id, study.paused.has(id) ? 'paused' : 'over', value);
    } else {
      const level = resource + 1 + stream.integer(3);
      const value = drawValue(stream);
      const { kind } = study.report(id, level, value);
      check(`trial ${id} at ${level}`, kind, reference.report(id, level, value));
      if (kind !== 'continue') halting.add(id);
      continue;
    }
    halting.delete(id);
  }
  return answers;
}

describe("the paper's pseudo-code", () => {
  it.each(['promotion', 'stopping'] as const)(
    'decides the same as asha (%s) in 50,000 random sequences',
    (variant) => {
      const seen = new Map<string, number>();
      for (let sequence = 0; sequence < 50_000; sequence += 1) {
        for (const answer of compare(sequence, variant)) {
          const kind = answer.split(' ')[0]!;
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
      }
      // The sequences led to every kind of answer, often.
      const kinds =
        variant === 'promotion' ? ['start', 'resume', 'pause', 'stop', 'continue'] : ['start', 'stop', 'continue'];
      expect([...seen.keys()].sort()).toEqual(kinds.sort());
      expect(Math.min(...seen.values())).toBeGreaterThan(10_000);
    },
    60_000,
  );
});
