import { FettleError } from '@fettle/core/errors';

/** A trial and the study that it is of, as they were named. */
export interface NamedTrial {
  readonly id: number | undefined;
  readonly study: string | undefined;
}

/**
 * Tells the number of a trial from the name of a study, in whichever order they stand.
 * @param words what stands on the command line
 * @param option what `--study` says
 * @throws FettleError `usage`
 */
export function nameTrial(words: readonly (string | undefined)[], option: string | undefined): NamedTrial {
  const given = words.filter((word) => word !== undefined);
  const ids = given.filter((word) => /^\d+$/.test(word));
  const studies = [...given.filter((word) => !/^\d+$/.test(word)), ...(option === undefined ? [] : [option])];
  if (ids.length > 1) {
    throw new FettleError('usage', `One trial can be asked about at a time, not ${ids.join(' and ')}.`);
  }
  if (studies.length > 1) {
    throw new FettleError('usage', `The study is named twice: ${studies.join(' and ')}.`, {
      remedy: 'Name the number of a trial and one study.',
    });
  }
  return { id: ids[0] === undefined ? undefined : Number(ids[0]), study: studies[0] };
}
