import type { Capability } from '../plugin/capability.ts';
import { needsOf, type Plugin, type PluginKind } from '../plugin/define.ts';

/** A part of a study that needs what the study does not offer. */
export interface CapabilityProblem {
  /** Where the part is in the study's options: `['searcher', 'sampler']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly remedy: string;
}

/** The parts of a study that need something of each other. */
export interface PartsOfStudy {
  readonly searcher: Plugin<'searcher'> | Plugin<'sampler'>;
  readonly backend: Plugin<'backend'>;
  readonly metrics?: readonly Plugin<'metric-source'>[] | undefined;
  /** Whether the program goes on from its checkpoint. */
  readonly resumable: boolean;
}

const REMEDIES: { readonly [capability in Capability]?: string } = {
  resume: 'Set `resumable: true` if the program can go on from $FETTLE_CHECKPOINT_DIR.',
};

/** Whatever a part of a study, or a plugin inside one, needs and no other part offers. */
export function capabilityProblems({ searcher, backend, metrics = [], resumable }: PartsOfStudy): CapabilityProblem[] {
  const offers = new Set<Capability>(backend.definition.offers);
  if (resumable) offers.add('resume');
  // A function is given `until`; whether a command looks at {resource} is seen when it is run.
  offers.add('resource-limit').add('conditional').add('continuous');
  const parts: [part: Plugin<PluginKind>, path: CapabilityProblem['path']][] = [
    [searcher, ['searcher']],
    [backend, ['backend']],
    ...metrics.map((source, index): [typeof source, (string | number)[]] => [source, ['metrics', index]]),
  ];
  return parts.flatMap(([{ kind, definition }, place]) =>
    needsOf(kind, definition)
      .filter(({ capability }) => !offers.has(capability))
      .map(({ capability, plugin, path }) => ({
        path: [...place, ...path],
        message: `the ${plugin} needs ${capability}, which this study does not offer`,
        remedy: REMEDIES[capability] ?? `Choose parts that offer '${capability}'.`,
      })),
  );
}
