import type { Goal, Study, StudyEvent, TrialRecord } from '@fettle/core';
import type { Io } from '../io.ts';
import { type News, renderFrame } from '../live/frame.ts';
import { Screen } from '../live/screen.ts';
import { oneLine } from '../text/one-line.ts';
import { LadderWatch } from './ladder-watch.ts';
import { newsDesk, type Phase, type RunView } from './view.ts';

/** Least time between two frames, in milliseconds. */
const FRAME = 100;

/** Time after which a frame is drawn even if nothing happened, because its clocks go on; in milliseconds. */
const TICK = 1000;

/** News that are kept; more never fit on a screen. */
const MOST_NEWS = 50;

/** Values that are drawn; of more, the older ones are thinned out. */
const MOST_VALUES = 20_000;

/** The live view on a terminal. */
export function liveView(study: Study, backend: string, io: Io): RunView {
  const screen = new Screen(io.stdout);
  const desk = newsDesk(study);
  const news: News[] = [];
  const values = valuesSoFar(study);
  const since = new Map<number, number>();
  const { goal } = study.status().summary.definition.objective;
  let phase: Phase = 'running';
  let dirty = true;
  let drawn = 0;

  // Once the study has closed it can no longer be asked; the last answer stays.
  let open = true;
  let status = study.status();

  const ladder = new LadderWatch(study, Date.now, () => {
    dirty = true;
  });

  const draw = (): void => {
    const now = Date.now();
    if (open) {
      status = study.status();
      ladder.look();
    }
    const input = { status, backend, values, brackets: ladder.brackets, news, since, phase };
    screen.draw(renderFrame(input, screen.size, now, io.paint));
    dirty = false;
    drawn = now;
  };
  const drawIfDue = (): void => {
    const age = Date.now() - drawn;
    if (age >= TICK || (dirty && age >= FRAME)) draw();
  };
  const tell = (at: number, text: string, style: News['style']): void => {
    news.push({ at, text, style });
    if (news.length > MOST_NEWS) news.shift();
    dirty = true;
  };
  const timer = setInterval(drawIfDue, FRAME);
  timer.unref();
  const resized = (): void => draw();
  io.stdout.on('resize', resized);
  // However the process ends, the cursor comes back.
  const restore = (): void => screen.close();
  process.on('exit', restore);

  return {
    event(event: StudyEvent) {
      if (event.type === 'attempt:launching') since.set(event.body.trial, event.at);
      else if (event.type === 'attempt:ended') since.delete(event.body.trial);
      else if (event.type === 'trial:completed' || event.type === 'trial:paused' || event.type === 'trial:stopped') {
        const value = study.reader.trial(event.body.trial)?.value;
        if (value !== undefined) values.push(value);
        if (values.length > MOST_VALUES) values.splice(0, values.length, ...thinned(values, goal));
      }
      const item = desk.of(event);
      if (item !== undefined && item.plainOnly !== true) tell(event.at, item.text, item.style);
      dirty = true;
      if (event.type === 'study:closed') {
        ladder.look(true);
        draw();
        open = false;
      } else drawIfDue();
    },
    log(level, message) {
      if (level === 'warn' || level === 'error')
        tell(Date.now(), oneLine(message), level === 'error' ? 'red' : 'yellow');
    },
    phase(next) {
      phase = next;
      draw();
    },
    end({ summary, best }) {
      phase = 'ended';
      status = { ...status, summary, best, running: [], queued: summary.counts.queued, waiting: undefined };
      draw();
    },
    close() {
      clearInterval(timer);
      io.stdout.off('resize', resized);
      process.off('exit', restore);
      screen.close();
    },
  };
}

/** Values of the trials of earlier sessions, in the order of their end. */
function valuesSoFar(study: Study): number[] {
  const ended = study.reader.trials({ states: ['completed', 'stopped', 'paused'] });
  const end = (trial: TrialRecord): number => trial.endedAt ?? trial.startedAt ?? trial.createdAt;
  return ended
    .sort((a, b) => end(a) - end(b))
    .flatMap(({ value }) => (value === undefined ? [] : [value]))
    .slice(-MOST_VALUES);
}

/** Half as many values: the better of each two, so that the best one stays. */
function thinned(values: readonly number[], goal: Goal): number[] {
  const kept: number[] = [];
  for (let index = 0; index + 1 < values.length; index += 2) {
    const [a = Number.NaN, b = Number.NaN] = [values[index], values[index + 1]];
    kept.push(Number.isNaN(b) || (goal === 'maximize' ? a > b : a < b) ? a : b);
  }
  return kept;
}
