import { type Configuration, messageOf, type SearchSpace } from '@fettle/core';
import { type Answer, wrong } from './read-answer.ts';

/**
 * The configuration of an answer as the space keeps it: a program may give more digits than that, leave constants out and
 * give values to parameters that are not active.
 * @throws FettleError `program-answer-invalid` if it lies outside the space even so
 */
export function canonicalAnswer(space: SearchSpace, configuration: Configuration, answer: Answer): Configuration {
  try {
    return space.canonical(configuration);
  } catch (thrown) {
    throw wrong(answer, messageOf(thrown));
  }
}
