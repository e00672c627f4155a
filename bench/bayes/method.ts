/** Ways to choose the next configuration, ours and others', behind one interface. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import {
  type Configuration,
  type Plugin,
  randomConfiguration,
  createRandomStream,
  type SearchSpace,
} from '@fettle/core';
import { SamplerSession } from '@fettle/core/testing';

/** One run of a method on one problem. */
export interface Run {
  /** Says what a configuration gave that the method did not choose. */
  tell(configuration: Configuration, value: number): Promise<void> | void;
  ask(): Promise<Configuration>;
  /** Says what the configuration asked for last gave. */
  answer(value: number): Promise<void> | void;
  close(): Promise<void> | void;
  /** CPU time used so far by all of its threads, in seconds. */
  cpu(): Promise<number> | number;
}

/** A method: begins runs. */
export interface Method {
  readonly name: string;
  begin(space: SearchSpace, seed: number): Run;
}

/** Uniformly at random: the yardstick. */
export function randomMethod(): Method {
  return {
    name: 'random',
    begin(space, seed) {
      const stream = createRandomStream(seed, 'random');
      return {
        tell: () => undefined,
        ask: async () => randomConfiguration(space, stream),
        answer: () => undefined,
        close: () => undefined,
        cpu: ownCpu,
      };
    },
  };
}

function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** One of our samplers. */
export function samplerMethod(name: string, make: () => Plugin<'sampler'>): Method {
  return {
    name,
    begin(space, seed) {
      const session = new SamplerSession(make(), space, seed);
      let asked: Configuration = {};
      const finish = (configuration: Configuration, value: number, origin: 'first' | 'searcher'): void => {
        const trial = session.start(configuration, origin);
        session.report(trial, value);
        session.end(trial, { state: 'completed', value, resource: 1 });
      };
      return {
        tell: (configuration, value) => finish(configuration, value, 'first'),
        async ask() {
          for (let draw = 0; draw < 100; draw += 1) {
            const sample = await session.sample(draw);
            if (sample.kind === 'exhausted') throw new Error(`${name} has nothing left: ${sample.reason}`);
            asked = sample.configuration;
            return asked;
          }
          throw new Error('no sample');
        },
        answer: (value) => finish(asked, value, 'searcher'),
        close: () => session.close(),
        cpu: ownCpu,
      };
    },
  };
}

/**
 * A sampler of another framework, in a process of its own that speaks JSON lines (see `peers/bayes-peers.py`). Its space is
 * given as plain data, so that it sees the same parameters.
 * @param python the interpreter that has the peers installed
 */
export function peerMethod(python: string, sampler: string): Method {
  const script = new URL('../peers/bayes-peers.py', import.meta.url).pathname;
  return {
    name: sampler,
    begin(space, seed) {
      const process_ = spawn(python, [script, sampler, String(seed), JSON.stringify(space.toJSON())], {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', PYTHONWARNINGS: 'ignore' },
      });
      return new PeerRun(process_);
    },
  };
}

class PeerRun implements Run {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  constructor(child: ChildProcess) {
    this.#process = child;
    this.#reader = createInterface({ input: child.stdout! });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async tell(configuration: Configuration, value: number): Promise<void> {
    await this.#exchange({ op: 'tell', configuration, value });
  }

  async ask(): Promise<Configuration> {
    return (await this.#exchange({ op: 'ask' })) as Configuration;
  }

  async answer(value: number): Promise<void> {
    await this.#exchange({ op: 'answer', value });
  }

  async cpu(): Promise<number> {
    return (await this.#exchange({ op: 'cpu' })) as number;
  }

  close(): void {
    this.#process.stdin!.end();
  }

  async #exchange(message: object): Promise<unknown> {
    this.#process.stdin!.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the peer has ended; see its messages above');
    return JSON.parse(value) as unknown;
  }
}
