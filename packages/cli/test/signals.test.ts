import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { onSignals } from '../src/run/signals.ts';

test('the first signal interrupts, the second kills, one more leaves', () => {
  const source = new EventEmitter();
  const calls: string[] = [];
  let now = 0;
  const note = (what: string) => (signal: string) => void calls.push(`${what} ${signal}`);
  const send = (signal: string): void => void source.emit(signal, signal, 15);
  onSignals({ interrupt: note('interrupt'), kill: note('kill'), leave: note('leave') }, () => now, source);
  send('SIGINT');
  // The same key press, passed on by the program that started this one.
  now += 50;
  send('SIGINT');
  expect(calls).toEqual(['interrupt SIGINT']);
  now += 1000;
  send('SIGTERM');
  now += 1000;
  send('SIGHUP');
  expect(calls).toEqual(['interrupt SIGINT', 'kill SIGTERM', 'leave SIGHUP']);
});

test('nothing is heard after it has stopped listening', () => {
  const source = new EventEmitter();
  const calls: string[] = [];
  const note = (): void => void calls.push('heard');
  const stop = onSignals({ interrupt: note, kill: note, leave: note }, () => 0, source);
  stop();
  source.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual([]);
  expect(source.eventNames()).toEqual([]);
});
