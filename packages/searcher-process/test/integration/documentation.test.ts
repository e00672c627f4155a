import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  askMessage,
  endedMessage,
  helloMessage,
  reportMessage,
  resumedMessage,
  startedMessage,
} from '../../src/driver-messages.ts';
import { protocolJsonSchema } from '../../src/json-schema.ts';
import { decisionAnswer, readyMessage, suggestionAnswer } from '../../src/program-messages.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');

const driverSays = z.union([helloMessage, startedMessage, resumedMessage, reportMessage, endedMessage, askMessage]);
const programSays = z.union([readyMessage, suggestionAnswer, decisionAnswer]);

/** The lines of the page's exchange. */
function exchange(): readonly string[] {
  const block = /```\n(→[^]*?)\n```/.exec(read('docs/searcher-protocol.md'))?.[1] ?? '';
  return block.split('\n');
}

describe('the page on the protocol', () => {
  it('shows messages that are of the protocol', () => {
    const kinds = new Set<string>();
    for (const line of exchange()) {
      if (line.startsWith('  (')) continue;
      const said = JSON.parse(line.slice(2)) as { readonly type: string };
      kinds.add(said.type);
      const { error } = (line.startsWith('→') ? driverSays : programSays).safeParse(said);
      expect(error, line).toBeUndefined();
    }
    expect([...kinds]).toEqual(expect.arrayContaining(['hello', 'started', 'resumed', 'report', 'ended', 'ask']));
    expect([...kinds]).toEqual(expect.arrayContaining(['ready', 'start', 'resume', 'pause', 'continue', 'stop']));
  });

  it('shows what the example really answers', async () => {
    let program:
      | { readonly child: ChildProcess; readonly answers: AsyncIterator<string>; readonly lines: Interface }
      | undefined;
    const start = () => {
      const child = spawn('python3', [resolve(ROOT, 'examples/searchers/halving.py')], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const lines = createInterface({ input: child.stdout });
      return { child, lines, answers: lines[Symbol.asyncIterator]() };
    };
    let compared = 0;
    for (const line of exchange()) {
      if (line.startsWith('  (')) {
        program?.child.stdin?.end();
        if (program !== undefined) expect((await once(program.child, 'exit'))[0]).toBe(0);
        program = undefined;
        continue;
      }
      program ??= start();
      if (line.startsWith('→')) program.child.stdin?.write(`${line.slice(2)}\n`);
      else {
        expect((await program.answers.next()).value).toBe(line.slice(2));
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(8);
  });
});

it('the schema beside it is made from the code', () => {
  // Else: node -C @fettle/source packages/searcher-process/scripts/write-schema.ts && npm run format
  expect(JSON.parse(read('docs/searcher-protocol.schema.json'))).toEqual(protocolJsonSchema());
});
