/** The searchers that are compared, by the name they have in the tables. */
import { random, sobol, type Plugin } from '@fettle/core';
import {
  adaptive,
  asha,
  curveStopping,
  hyperband,
  medianStopping,
  pasha,
  successiveHalving,
} from '@fettle/searcher-asha';

/** A searcher to compare. */
export type Contestant = Plugin<'searcher'> | Plugin<'sampler'>;

/** Trials of Determined's split that use up a hundred whole trainings, more or less; the study's budget ends it anyway. */
const MANY_TRIALS = 1000;

/** Every searcher without a model, for a program of so many steps; reduction factor 3 and first rung 1 unless said. */
export function variants(maxResource: number): { readonly [name: string]: Contestant } {
  const fromThree = { minResource: 3, maxResource };
  return {
    random: random(),
    sobol: sobol(),
    'asha, promotion': asha({ maxResource, variant: 'promotion' }),
    'asha, promotion, from 3': asha({ ...fromThree, variant: 'promotion' }),
    'asha, promotion, from 9': asha({ minResource: 9, maxResource, variant: 'promotion' }),
    'asha, promotion, adaptive first rung': asha({ maxResource, variant: 'promotion', firstRung: 'adaptive' }),
    'asha, stopping': asha({ maxResource, variant: 'stopping' }),
    'asha, stopping, from 3': asha({ ...fromThree, variant: 'stopping' }),
    'asha, stopping, adaptive first rung': asha({ maxResource, variant: 'stopping', firstRung: 'adaptive' }),
    'successive halving': successiveHalving({ maxResource }),
    'successive halving, from 3': successiveHalving(fromThree),
    'hyperband, synchronous': hyperband({ maxResource, synchronous: true }),
    'hyperband, asynchronous': hyperband({ maxResource }),
    'hyperband, adaptive first rung': hyperband({ maxResource, firstRung: 'adaptive' }),
    'adaptive, aggressive': adaptive({ maxResource, maxTrials: MANY_TRIALS, mode: 'aggressive' }),
    'adaptive, standard': adaptive({ maxResource, maxTrials: MANY_TRIALS, mode: 'standard' }),
    'adaptive, conservative': adaptive({ maxResource, maxTrials: MANY_TRIALS, mode: 'conservative' }),
    pasha: pasha({ maxResource }),
    'pasha, from 3': pasha(fromThree),
    'median stopping, from 3': medianStopping({ startResource: 3 }),
    'curve stopping, from 3': curveStopping({ startResource: 3 }),
  };
}
