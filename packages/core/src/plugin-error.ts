import { FettleError } from './errors.ts';
import { stackPlace } from './stack-place.ts';

/**
 * What went wrong with a plugin, with its name. An error that says itself what happened keeps its code, its place and its
 * remedy, and is the cause; anything else is the plugin's own mistake, `plugin-misbehaved`, at the place where it was thrown. One that has a plugin's name already,
 * because it comes from a plugin inside this one, is left as it is.
 * @param who kind and name of the plugin: `searcher 'asha'`
 * @param what the end of the sentence that begins with it
 */
export function pluginError(who: string, what: string, cause?: unknown): FettleError {
  const known = cause instanceof FettleError ? cause : undefined;
  if (known?.plugin !== undefined) return known;
  const place = known === undefined ? stackPlace(cause) : known.place;
  // A message that already ends, or whose last line is somebody's output, gets no full stop.
  const stop = what.endsWith('.') || what.includes('\n') ? '' : '.';
  return new FettleError(known?.code ?? 'plugin-misbehaved', `The ${who} ${what}${stop}`, {
    remedy: known?.remedy ?? 'Nothing recorded is lost: continue the study with a mended version of the plugin.',
    ...(place === undefined ? {} : { place }),
    plugin: who,
    cause,
  });
}
