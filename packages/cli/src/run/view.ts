import type { Study, StudyEvent, StudyResult } from '@fettle/core';
import type { Io } from '../io.ts';
import { clockTime } from '../live/frame.ts';
import { toJson } from '../text/json.ts';
import type { Paint, Style } from '../text/style.ts';
import { NewsDesk } from './news.ts';

/** How serious a message is. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** What is happening to the study as a whole. */
export type Phase = 'running' | 'interrupting' | 'killing' | 'ended';

/** How a running study is shown. */
export interface RunView {
  /** Something happened and is recorded. */
  event(event: StudyEvent): void;
  /** The framework or a plugin has something to say. */
  log(level: Level, message: string): void;
  phase(phase: Phase): void;
  /** The study has ended. */
  end(result: StudyResult, folder: string): void;
  /** Releases the terminal; whatever happened before. */
  close(): void;
}

/** What the makers of news look up in a running study. */
export function newsDesk(study: Study): NewsDesk {
  return new NewsDesk({
    metric: study.status().summary.definition.objective.metric,
    trial: (id) => study.reader.trial(id),
    best: () => study.best(),
    summary: () => study.status().summary,
  });
}

/** Every event as a line of JSON, then `{ "type": "result", … }`. Messages are `{ "type": "log", … }`. */
export function jsonView(io: Io): RunView {
  const write = (value: unknown): void => io.out(toJson(value));
  return {
    event: write,
    log: (level, message) => {
      if (level !== 'debug') write({ type: 'log', level, message });
    },
    phase: (phase) => {
      if (phase !== 'running' && phase !== 'ended') write({ type: 'phase', phase });
    },
    end: (result, folder) => write({ type: 'result', ...result, folder }),
    close: () => undefined,
  };
}

/** What to say when the first signal has come. */
const INTERRUPTING =
  'Stopping in good order: nothing new is started, trials are asked to save a checkpoint. Once more kills them now.';

/** A line for each event that matters: for logs, and for terminals that cannot be drawn on. */
export function plainView(study: Study, io: Io): RunView {
  const desk = newsDesk(study);
  const line = (at: number, text: string, style: Style, paint: Paint = io.paint): string =>
    `${paint('dim', clockTime(at))}  ${paint(style, text)}`;
  return {
    event(event) {
      const news = desk.of(event);
      if (news !== undefined) io.out(line(event.at, news.text, news.style));
    },
    log(level, message) {
      if (level === 'warn' || level === 'error')
        io.err(line(Date.now(), message, level === 'error' ? 'red' : 'yellow', io.paintError));
    },
    phase(phase) {
      if (phase === 'interrupting') io.err(INTERRUPTING);
      if (phase === 'killing') io.err('Killing what still runs.');
    },
    end: () => undefined,
    close: () => undefined,
  };
}
