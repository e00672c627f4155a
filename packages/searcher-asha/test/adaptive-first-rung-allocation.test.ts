import { describeSearcher } from '@fettle/core/testing';
import { describe, expect, it } from 'vitest';
import { asha, hyperband } from '../src/index.ts';
import { ManualStudy } from './manual-study.ts';

describeSearcher('asha (adaptive first rung)', () => asha({ maxResource: 9, firstRung: 'adaptive' }));
describeSearcher('asha (adaptive first rung, stopping)', () =>
  asha({ maxResource: 9, firstRung: 'adaptive', variant: 'stopping' }),
);
describeSearcher('hyperband (adaptive first rung)', () => hyperband({ maxResource: 9, firstRung: 'adaptive' }));

const LEVELS = [1, 3, 9, 27];

/** Runs so many attempts, one after the other, as far as they may. @returns the first rung of each new trial */
function play(study: ManualStudy, attempts: number, loss: (trial: number, level: number) => number): number[] {
  const began: number[] = [];
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const suggestion = study.step();
    const id = suggestion.kind === 'resume' ? suggestion.trial : study.trials;
    if (suggestion.kind !== 'resume' && suggestion.kind !== 'start') break;
    for (const level of LEVELS) {
      if (level > study.active.get(id)!.resource && level <= suggestion.until!) {
        if (study.report(id, level, loss(id, level)).kind !== 'continue') break;
      }
    }
    study.finish(id);
    if (suggestion.kind === 'start') began.push(study.searcher.standing!(id)!.rungs[0]!.resource);
  }
  return began;
}

const share = (levels: readonly number[], level: number): number =>
  levels.filter((each) => each === level).length / levels.length;

/** A number without any order, from 0 to 1. */
const quality = (trial: number): number => (trial * 0.618034) % 1;

describe('an adaptive first rung', () => {
  it.each(['promotion', 'stopping'] as const)('stays low where early values tell the truth (%s)', (variant) => {
    const study = new ManualStudy(asha({ maxResource: 27, firstRung: 'adaptive', variant }));
    const began = play(study, 600, (trial, level) => quality(trial) + 1 / level);
    expect(share(began, 1)).toBeGreaterThan(0.8);
    // A few are sent further, to see.
    expect(share(began, 27)).toBeGreaterThan(0.01);
  });

  it.each(['promotion', 'stopping'] as const)('moves up where they are the wrong way round (%s)', (variant) => {
    const study = new ManualStudy(asha({ maxResource: 27, firstRung: 'adaptive', variant }));
    const began = play(study, 300, (trial, level) => (level < 9 ? -quality(trial) : quality(trial)));
    expect(share(began.slice(30), 9)).toBeGreaterThan(0.7);
    expect(share(began.slice(30), 1) + share(began.slice(30), 3)).toBe(0);
  });

  it('promotes nobody who waits at a rung that says nothing', async () => {
    const study = new ManualStudy(asha({ maxResource: 27, firstRung: 'adaptive' }));
    study.start(60);
    for (const [id, { until = 0 }] of study.active) {
      for (const level of LEVELS.filter((each) => each <= until)) {
        study.report(id, level, level < 27 ? -quality(id) : quality(id));
      }
      study.finish(id);
    }
    // Of those at the lowest rung, a third would go on.
    expect(study.paused.size).toBeGreaterThan(30);
    expect(study.step()).toMatchObject({ kind: 'start', until: 27 });
    expect((await study.searcher.describe!()).notes).toEqual([
      expect.stringMatching(/^new trials begin at rung 27: the order at 9 says too little about the order at 27/),
    ]);
  });

  it('leaves out the brackets of Hyperband that begin where values mislead', () => {
    const study = new ManualStudy(hyperband({ maxResource: 27, firstRung: 'adaptive' }));
    const began = play(study, 300, (trial, level) => (level < 9 ? -quality(trial) : quality(trial)));
    expect(new Set(began.slice(60))).toEqual(new Set([9, 27]));
  });

  it('decides the same after a restart', () => {
    const loss = (trial: number, level: number): number => (level < 9 ? quality(trial * level) : quality(trial));
    const one = new ManualStudy(asha({ maxResource: 27, firstRung: 'adaptive' }));
    const other = new ManualStudy(asha({ maxResource: 27, firstRung: 'adaptive' }));
    const all = play(one, 120, loss);
    const parts: number[] = [];
    for (let part = 0; part < 12; part += 1) {
      parts.push(...play(other, 10, loss));
      other.restart();
    }
    expect(parts).toEqual(all);
  });

  it('keeps to the number of trials', () => {
    const study = new ManualStudy(asha({ maxResource: 27, firstRung: 'adaptive', maxTrials: 20 }));
    expect(play(study, 500, (trial) => quality(trial))).toHaveLength(20);
    expect(study.ask().kind).toBe('exhausted');
  });

  it('does not go with brackets of its own, nor with a synchronous Hyperband', () => {
    expect(() => asha({ maxResource: 9, firstRung: 'adaptive', brackets: 2 })).toThrow('brackets');
    expect(() => hyperband({ maxResource: 9, firstRung: 'adaptive', synchronous: true })).toThrow('firstRung');
  });
});
