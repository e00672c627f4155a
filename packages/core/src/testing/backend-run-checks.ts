import { readFileSync } from 'node:fs';
import { attemptId } from '../domain/trial.ts';
import { FettleError } from '../errors.ts';
import { type BackendCheck, type Driver, fail, launchRequest, requireEnd, stop } from './backend-bench.ts';

/** What one driver asks of a backend: to launch, to stop, to say how it ended. */
export const RUN_CHECKS: readonly BackendCheck[] = [
  {
    name: 'a program that ends well has finished, once',
    needs: ['finish'],
    async run(bench) {
      const driver = await bench.driver('finish');
      await driver.backend.launch(launchRequest(1));
      requireEnd(await bench.end(driver, '1.1'), 'finished');
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'an exit code is a failure of the code, and is told',
    needs: ['exit-3'],
    async run(bench) {
      const driver = await bench.driver('exit-3');
      await driver.backend.launch(launchRequest(1));
      const end = await bench.end(driver, '1.1');
      requireEnd(end, 'failed');
      if (end.kind === 'failed' && end.failure !== 'code') fail(`the failure is '${end.failure}', expected 'code'`);
      if (end.kind === 'failed' && driver.host.program.kind === 'command' && end.exitCode !== 3) {
        fail(`the exit code is ${end.exitCode}, expected 3`);
      }
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'a program that is missing is a failure of the launch',
    needs: ['missing'],
    async run(bench) {
      let driver: Driver;
      try {
        driver = await bench.driver('missing');
      } catch (thrown) {
        // Better still: it is found out before anything runs.
        if (thrown instanceof FettleError && thrown.code === 'backend-unavailable') return;
        throw thrown;
      }
      await driver.backend.launch(launchRequest(1));
      const end = await bench.end(driver, '1.1');
      requireEnd(end, 'failed');
      if (end.kind === 'failed' && end.failure !== 'launch') fail(`the failure is '${end.failure}', expected 'launch'`);
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'launching an attempt again does not run it again',
    needs: ['finish'],
    async run(bench) {
      const driver = await bench.driver('finish');
      await Promise.all([driver.backend.launch(launchRequest(1)), driver.backend.launch(launchRequest(1))]);
      await bench.end(driver, '1.1');
      await driver.backend.launch(launchRequest(1));
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'as many attempts run at the same time as capacity() says',
    needs: ['sleep'],
    async run(bench) {
      const driver = await bench.driver('sleep', 3);
      // Places may have to be waited for: on a cluster they are granted one by one.
      const capacity = await driver.host.eventually(
        'capacity() to be 1 or more',
        () => {
          const places = driver.backend.capacity();
          if (!Number.isInteger(places) || places < 0)
            fail(`capacity() is ${places}; expected a whole number, 0 or more`);
          return places === 0 ? undefined : places;
        },
        bench.patience,
      );
      const attempts = Array.from({ length: Math.min(capacity, 3) }, (_, index) => index + 1);
      for (const trial of attempts) await driver.backend.launch(launchRequest(trial));
      for (const trial of attempts) await bench.begun(driver, attemptId(trial, 1));
      if (driver.host.ends.size > 0) fail('an attempt ended by itself that should have been sleeping');
      for (const trial of attempts) await stop(driver, attemptId(trial, 1), 'kill', bench.grace);
      for (const trial of attempts) await bench.end(driver, attemptId(trial, 1));
    },
  },
  {
    name: 'an attempt that is asked to stop ends',
    needs: ['sleep'],
    async run(bench) {
      const driver = await bench.driver('sleep');
      await driver.backend.launch(launchRequest(1));
      await bench.begun(driver, '1.1');
      await stop(driver, '1.1', 'terminate', 10_000);
      await bench.end(driver, '1.1');
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'a stop becomes harder until even a program that ignores it is gone',
    needs: ['ignore-stop'],
    async run(bench) {
      const driver = await bench.driver('ignore-stop');
      await driver.backend.launch(launchRequest(1));
      await bench.begun(driver, '1.1');
      await stop(driver, '1.1', 'checkpoint', bench.grace);
      await bench.end(driver, '1.1');
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'a kill does not wait',
    needs: ['ignore-stop'],
    async run(bench) {
      const driver = await bench.driver('ignore-stop');
      await driver.backend.launch(launchRequest(1));
      await bench.begun(driver, '1.1');
      const before = driver.host.clock.now();
      await stop(driver, '1.1', 'checkpoint', 3_600_000);
      await stop(driver, '1.1', 'kill', 3_600_000);
      await bench.end(driver, '1.1');
      if (driver.host.clock.now() - before >= 3_600_000) fail('a kill waited for the grace of the gentler steps');
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'stopping an attempt that has ended does nothing',
    needs: ['finish'],
    async run(bench) {
      const driver = await bench.driver('finish');
      await driver.backend.launch(launchRequest(1));
      await bench.end(driver, '1.1');
      for (const from of ['checkpoint', 'terminate', 'kill'] as const) await stop(driver, '1.1', from, 0);
      await bench.settled(driver, '1.1');
    },
  },
  {
    name: 'what a program prints is in its files',
    needs: ['print'],
    async run(bench) {
      const driver = await bench.driver('print');
      const { files } = await driver.backend.launch(launchRequest(1));
      await bench.end(driver, '1.1');
      if (files === undefined) fail('launch() gave no files, though the program prints');
      const printed = read(files.stdout);
      if (!printed.includes('hello')) fail(`the program printed 'hello', but its stdout file holds '${printed}'`);
    },
  },
  {
    name: 'what a program reports arrives before its end',
    needs: ['report'],
    async run(bench) {
      const driver = await bench.driver('report');
      const { files } = await driver.backend.launch(launchRequest(1));
      await bench.end(driver, '1.1');
      const told = driver.host.reports.get('1.1')?.[0]?.metrics['loss'];
      const written = files === undefined ? '' : read(files.metrics) + read(files.stdout);
      if (told !== 0.5 && !/"loss"\s*:\s*0\.5/.test(written)) {
        fail('the report of a loss of 0.5 was neither told to the host nor is it in the files');
      }
    },
  },
];

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
