import type { StudyEvent } from '@fettle/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { eventText } from '../study/event-text.ts';
import { type OpenStudy, requireTrial, withStudy } from '../study/open-reader.ts';
import { toJson } from '../text/json.ts';
import { formatNumber } from '../text/number.ts';

interface Options {
  readonly study?: string;
  readonly json?: boolean;
}

/** `fettle explain`: with `--json`, the list of events it speaks of, as they are in the journal. */
export async function execute([id]: readonly [number | undefined], options: Options, io: Io): Promise<ExitCode> {
  return await withStudy(options.study, io, (study) => {
    if (id !== undefined) requireTrial(study, id);
    const events = id === undefined ? study.reader.studyEvents() : study.reader.history(id);
    if (options.json === true) {
      io.out(toJson(events, 2));
      return EXIT.ok;
    }
    io.out(
      id === undefined ? standing(study, io) : `${io.paint('bold', `trial ${id}`)}: every decision on it, oldest first`,
    );
    for (const line of timeline(events, io)) io.out(line);
    return EXIT.ok;
  });
}

function standing({ reader, summary }: OpenStudy, io: Io): string {
  const { definition, status, reason, counts } = summary;
  const { metric, goal } = definition.objective;
  const [best] = reader.trials({ order: 'value', states: ['completed', 'stopped', 'paused'], limit: 1 });
  const trials = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const lines = [
    io.paint('bold', definition.name),
    `${goal} ${metric} with ${definition.searcher.type}, seed ${definition.seed}`,
    `status: ${status}${reason === undefined ? '' : `, because ${reason}`}`,
    `trials: ${trials.length === 0 ? 'none yet' : trials.join(', ')}`,
    best === undefined ? 'best: none yet' : `best: trial ${best.id} with ${formatNumber(best.value)}: ${best.reason}`,
    '',
  ];
  return lines.join('\n');
}

/** Events in words; runs of reports that changed nothing are told in one line. */
function timeline(events: readonly StudyEvent[], io: Io): string[] {
  const lines: string[] = [];
  let quiet: StudyEvent[] = [];
  const tell = (event: StudyEvent): void => {
    const { what, why } = eventText(event);
    const time = new Date(event.at).toLocaleString('sv');
    lines.push(`${io.paint('dim', time)}  ${what}`);
    if (why !== undefined && why !== '')
      lines.push(
        `${' '.repeat(time.length + 2)}${io.paint('cyan', 'because')} ${why.split('\n').join(`\n${' '.repeat(time.length + 2)}`)}`,
      );
  };
  const flush = (): void => {
    const [first, ...rest] = quiet;
    const last = rest.at(-1);
    if (first !== undefined) tell(first);
    if (rest.length > 1)
      lines.push(
        io.paint(
          'dim',
          `${' '.repeat(21)}… ${rest.length - 1} more ${rest.length === 2 ? 'report' : 'reports'}, each to continue`,
        ),
      );
    if (last !== undefined) tell(last);
    quiet = [];
  };
  for (const event of events) {
    if (event.type === 'trial:reported' && event.body.decision.kind === 'continue') quiet.push(event);
    else {
      flush();
      tell(event);
    }
  }
  flush();
  return lines;
}
