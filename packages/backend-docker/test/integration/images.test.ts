import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchRequest } from '@fettle/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeProgram, PrivateEngine } from '../fixtures/private-engine.ts';
import { OneStudy, textOf } from '../fixtures/one-study.ts';

let engine: PrivateEngine;
beforeAll(async () => {
  engine = await PrivateEngine.open();
  await engine.importBusybox('fettle/shell', true);
  await engine.importBusybox('fettle/bare', false);
  await engine.importMachine('fettle/machine');
});
afterAll(() => engine.close());

describe('an image without a shell', () => {
  it('prints into files all the same, much of it', async () => {
    const bytes = 3_000_000;
    await using study = await OneStudy.make(engine, { image: 'fettle/bare' }, (place) =>
      place.command(['dd', 'if=/dev/zero', `bs=${bytes}`, 'count=1']),
    );
    const { end, stdout, stderr } = await study.run();
    expect(end).toEqual({ kind: 'finished' });
    expect(stdout.length).toBe(bytes);
    expect(stderr).toMatch(/1\+0 records out/);
  });

  it('tells its exit code, and the end of its standard error', async () => {
    await using study = await OneStudy.make(engine, { image: 'fettle/bare' }, (place) =>
      place.command(['cat', '/no/such']),
    );
    expect((await study.run()).end).toMatchObject({
      kind: 'failed',
      failure: 'code',
      exitCode: 1,
      message: expect.stringContaining("can't open '/no/such'"),
    });
  });

  it('says when the program is not there', async () => {
    await using study = await OneStudy.make(engine, { image: 'fettle/bare' }, (place) =>
      place.command(['no-such-program']),
    );
    const { end } = await study.run();
    expect(end).toMatchObject({ kind: 'failed', failure: 'launch' });
    expect(JSON.stringify(end)).toMatch(/not in the image.*no-such-program/);
    expect(await engine.containers()).toEqual([]);
  });

  it('is followed on over a break of the connection, without a gap or a line twice', async () => {
    const script = 'import sys, time\nfor i in range(60):\n  print(i, flush=True); time.sleep(0.03)';
    await using study = await OneStudy.make(
      engine,
      // No shell: `/usr` is mounted where no program is looked for under the name of a shell.
      {
        image: 'fettle/bare',
        mounts: [
          { source: '/usr', target: '/usr' },
          { source: '/lib64', target: '/lib64' },
          { source: '/lib', target: '/lib' },
        ],
      },
      (place) => place.command(['/usr/bin/python3', '-c', script.replaceAll('{', '{{')]),
    );
    await study.open();
    const { files } = await study.backend.launch(launchRequest(1));
    const stdout = (): string => textOf(files?.stdout);
    await study.host.eventually('some lines', () => stdout().length > 20 || undefined);
    await study.place.connect(false);
    await study.host.eventually('a notice of that', () => study.host.unreached.get('1.1'));
    await study.place.connect(true);
    expect(await study.host.end('1.1')).toEqual({ kind: 'finished' });
    expect(stdout()).toBe(Array.from({ length: 60 }, (_, index) => `${index}\n`).join(''));
  });
});

describe('what runs in an image', () => {
  it("keeps the image's entry point before the study's command, unless another one is named", async () => {
    await engine.importBusybox('fettle/entry', true, ['ENTRYPOINT ["echo", "entry:"]', 'WORKDIR /bin']);
    await using kept = await OneStudy.make(engine, { image: 'fettle/entry' }, (place) => place.command(['{x}']));
    expect((await kept.run()).stdout).toBe('entry: 0.25\n');
    await using replaced = await OneStudy.make(
      engine,
      { image: 'fettle/entry', entrypoint: [], workingDirectory: '/tmp' },
      (place) => place.command(['sh', '-c', 'pwd']),
    );
    expect((await replaced.run()).stdout).toBe('/tmp\n');
  });

  it('is built from a Dockerfile, without what .dockerignore leaves out', async () => {
    await using study = await OneStudy.make(
      engine,
      { build: { context: 'image', arguments: { WORD: 'built' } } },
      (place) => place.shell('cat /word; ls /context'),
    );
    const context = join(study.place.folder, 'image');
    mkdirSync(context);
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM fettle/shell\nARG WORD\nRUN echo "$WORD" >/word\nCOPY . /context\n',
    );
    writeFileSync(join(context, '.dockerignore'), '*\n!train.py\n');
    for (const file of ['train.py', 'data']) writeFileSync(join(context, file), '');
    expect((await study.run()).stdout).toBe('built\ntrain.py\n');
  });

  it('is not built: what the build said is told', async () => {
    await using study = await OneStudy.make(engine, { build: { context: 'image' } }, (place) =>
      place.command(['true']),
    );
    const context = join(study.place.folder, 'image');
    mkdirSync(context);
    writeFileSync(join(context, 'Dockerfile'), 'FROM fettle/shell\nRUN exit 9\n');
    await expect(study.open()).rejects.toThrow(/returned a non-zero code: 9/);
  });

  it('is not there and cannot be fetched: which one, and what to do', async () => {
    for (const pull of ['missing', 'never'] as const) {
      await using study = await OneStudy.make(engine, { image: 'no/such:1', pull }, (place) => place.command(['true']));
      await expect(study.open()).rejects.toMatchObject({
        code: 'backend-unavailable',
        message: expect.stringContaining("'no/such:1'"),
        remedy: expect.stringContaining(pull === 'never' ? 'docker pull' : 'docker load'),
      });
    }
  });
});

/** A training program as one writes it for SageMaker: it knows of nothing but /opt/ml. */
const TRAIN = `#!/usr/bin/python3
import json, os, sys
root = '/opt/ml/'
values = json.load(open(root + 'input/config/hyperparameters.json'))
channels = json.load(open(root + 'input/config/inputdataconfig.json'))
hosts = json.load(open(root + 'input/config/resourceconfig.json'))
assert sys.argv[1:] == ['train'] and hosts['current_host'] in hosts['hosts'] and 'training' in channels
data = float(open(root + 'input/data/training/value').read())
state = root + 'checkpoints/state'
done = int(open(state).read()) if os.path.exists(state) else 0
for epoch in range(done + 1, int(values['epochs']) + 1):
    print('epoch=%d; loss=%.4f;' % (epoch, (float(values['x']) - data) ** 2 + 1 / epoch))
    open(state, 'w').write(str(epoch))
open(root + 'model/weights', 'w').write('w')
if values['mode'] == 'fail':
    open(root + 'output/failure', 'w').write('the data did not converge')
    sys.exit(1)
`;

describe("a container made for SageMaker's training service", () => {
  const options = (mode: string) => ({
    image: 'fettle/sagemaker',
    contract: 'sagemaker' as const,
    sagemaker: { resource: 'epochs', hyperparameters: { mode }, channels: { training: 'data' } },
    mounts: [
      { source: '/usr', target: '/usr' },
      { source: 'program', target: '/program' },
    ],
  });

  async function study(mode: string): Promise<OneStudy> {
    await engine.importMachine('fettle/sagemaker', ['ENTRYPOINT ["/program/entry"]']);
    const made = await OneStudy.make(engine, options(mode), (place) => place.command(['train']));
    for (const folder of ['data', 'program']) mkdirSync(join(made.place.folder, folder));
    writeFileSync(join(made.place.folder, 'data/value'), '0.5');
    writeProgram(join(made.place.folder, 'program/entry'), TRAIN);
    return made;
  }

  it('trains unchanged, stops at its level, and goes on from its checkpoint', async () => {
    await using made = await study('train');
    expect(await made.run(launchRequest(1, { until: 2 }))).toMatchObject({
      end: { kind: 'finished' },
      stdout: 'epoch=1; loss=1.0625;\nepoch=2; loss=0.5625;\n',
    });
    const { files } = await made.backend.launch(launchRequest(1, { attempt: '1.2', until: 3, resumeFrom: 2 }));
    expect(await made.host.end('1.2')).toEqual({ kind: 'finished' });
    expect(readFileSync(files?.stdout ?? '', 'utf8')).toBe('epoch=3; loss=0.3958;\n');
    expect(readFileSync(join(made.place.directory, 'trials/000001/attempt-2/ml/model/weights'), 'utf8')).toBe('w');
  });

  it('says itself why it failed', async () => {
    await using made = await study('fail');
    const { end } = await made.run(launchRequest(1, { until: 1 }));
    expect(end).toMatchObject({
      kind: 'failed',
      failure: 'code',
      message: expect.stringContaining('the data did not converge'),
    });
  });
});
