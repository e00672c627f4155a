import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandArguments, parseArgument } from '../src/backends/command-template.ts';
import { checkTemplates, CONTRACT_VARIABLES, trialInvocation, variableName } from '../src/backends/trial-contract.ts';
import type { Configuration } from '../src/domain/configuration.ts';
import type { LaunchRequest } from '../src/ports/backend.ts';
import type { CommandProgram } from '../src/ports/program.ts';
import { launchRequest } from '../src/testing/backend-bench.ts';

const PATHS = {
  config: '/a/config.json',
  metrics: '/a/metrics.jsonl',
  stopFile: '/a/stop',
  checkpointDirectory: '/a/checkpoint',
};

function program(...command: string[]): CommandProgram {
  return { kind: 'command', command, workingDirectory: '/', environment: {} };
}

function argvOf(
  command: readonly string[],
  configuration: Configuration,
  change: Partial<LaunchRequest> = {},
): readonly string[] {
  return trialInvocation(program(...command), launchRequest(17, { configuration, ...change }), 's', PATHS).argv;
}

describe('the command of a trial', () => {
  it('has the values in the places of the names', () => {
    const command = [
      'node',
      'train.js',
      '--lr',
      '{learningRate}',
      '--tag={kind}-{layers}',
      '{deep}',
      '{{x}}',
      '{seed}:{trial}',
    ];
    const configuration = { learningRate: 1e-7, kind: 'a b', layers: 3, deep: true };
    expect(argvOf(command, configuration)).toEqual([
      'node',
      'train.js',
      '--lr',
      '1e-7',
      '--tag=a b-3',
      'true',
      '{x}',
      '17:17',
    ]);
    expect(argvOf(['p', '{checkpoint}', '{resource}'], {}, { until: 27 })).toEqual(['p', '/a/checkpoint', '27']);
  });

  it.each([
    ['the flag of an inactive value goes with it', ['p', '--momentum', '{m}', '--x', '{x}'], ['p', '--x', '1']],
    ['so does a short one, and one of a longer value', ['p', '-m', 'at-{m}', '{x}'], ['p', '1']],
    [
      'an option with its value is one argument',
      ['p', '--nesterov', '--momentum={m}', '{x}'],
      ['p', '--nesterov', '1'],
    ],
    ['what is no flag stays', ['p', 'train', '{m}', '--', '{m}', '-1', '{m}'], ['p', 'train', '--', '-1']],
    ['a flag with a value of its own stays', ['p', '--y=2', '{m}'], ['p', '--y=2']],
    ['a flag before two values goes once', ['p', '--betas', '{m}', '{m}', 'z'], ['p', 'z']],
    ['a flag whose first value is there stays', ['p', '--betas', '{x}', '{m}'], ['p', '--betas', '1']],
  ])('leaves out what belongs to inactive parameters: %s', (_, command, expected) => {
    expect(argvOf(command, { x: 1 })).toEqual(expected);
  });

  it('leaves out {resource} and its flag when there is no level to run to', () => {
    expect(argvOf(['p', '--epochs', '{resource}'], {})).toEqual(['p']);
  });

  it('needs a program', () => {
    expect(() => argvOf(['{m}', 'x'], {})).toThrow(/program '\{m\}' uses a parameter that is not active/);
    expect(() => argvOf(['p', '{m}'], { m: 'a\0b' })).toThrow(/The value of 'm' holds a NUL/);
  });

  it('passes every text as it is, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        fc.pre(!value.includes('\0'));
        const { argv, environment } = trialInvocation(
          program('p', '{v}', '-{v}-'),
          launchRequest(1, { configuration: { v: value } }),
          's',
          PATHS,
        );
        expect(argv).toEqual(['p', value, `-${value}-`]);
        expect(environment['FETTLE_V']).toBe(value);
      }),
      { seed: 5 },
    );
  });

  it('gives any text back that was written with doubled braces', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', ' ', '$') }), (text) => {
        const template = parseArgument(text.replaceAll('{', '{{').replaceAll('}', '}}'));
        expect('parts' in template && expandArguments([template], () => 'no')).toEqual([text]);
      }),
      { seed: 6 },
    );
  });
});

describe('the environment of a trial', () => {
  it('holds the whole contract', () => {
    const change = {
      until: 9,
      resumeFrom: 3,
      deadline: 1_700_000_000_999,
      attempt: '17.2',
      configuration: { learningRate: 0.1 },
    } as const;
    const { environment, configFile } = trialInvocation(program('p'), launchRequest(17, change), 'digits-1', PATHS);
    expect(environment).toEqual({
      FETTLE_CONFIG: '/a/config.json',
      FETTLE_METRICS: '/a/metrics.jsonl',
      FETTLE_RESOURCE: '9',
      FETTLE_CHECKPOINT_DIR: '/a/checkpoint',
      FETTLE_RESUME_FROM: '3',
      FETTLE_STOP_FILE: '/a/stop',
      FETTLE_STUDY: 'digits-1',
      FETTLE_TRIAL: '17',
      FETTLE_ATTEMPT: '2',
      FETTLE_DEADLINE: '1700000000',
      FETTLE_SEED: '17',
      FETTLE_LEARNING_RATE: '0.1',
    });
    expect(Object.keys(environment).length).toBe(CONTRACT_VARIABLES.length + 1);
    expect(JSON.parse(configFile)).toEqual({ learningRate: 0.1 });
  });

  it('lacks what there is not', () => {
    const { environment } = trialInvocation(program('p'), launchRequest(1), 's', PATHS);
    expect(environment).not.toHaveProperty('FETTLE_RESOURCE');
    expect(environment).not.toHaveProperty('FETTLE_DEADLINE');
    expect(environment['FETTLE_RESUME_FROM']).toBe('0');
  });

  it.each([
    ['learningRate', 'FETTLE_LEARNING_RATE'],
    ['lr', 'FETTLE_LR'],
    ['optimizer.lr', 'FETTLE_OPTIMIZER_LR'],
    ['layer1/dropOut', 'FETTLE_LAYER1_DROP_OUT'],
    ['useL2Norm', 'FETTLE_USE_L2_NORM'],
    ['HTTPTimeout', 'FETTLE_HTTP_TIMEOUT'],
    ['batch-size', 'FETTLE_BATCH_SIZE'],
    ['α', undefined],
  ])('calls %s %s', (name, variable) => {
    expect(variableName(name)).toBe(variable);
  });
});

describe('checking a command', () => {
  it('passes a right one', () => {
    expect(() =>
      checkTemplates(program('p', '{x}', '{{{y}}}', '{resource}{seed}{trial}{checkpoint}'), ['x', 'y']),
    ).not.toThrow();
  });

  it.each([
    [
      'an unknown name',
      ['p', '--lr={leraningRate}'],
      /'--lr=\{leraningRate\}' uses \{leraningRate\}, which is not a parameter/,
    ],
    ['JSON', ['p', '{"a": 1}'], /uses \{"a": 1\}/],
    ['an open brace', ['p', 'a{x'], /'a\{x' has a '\{' that is never closed/],
    ['a lone closing brace', ['p', 'x}'], /'x\}' has a '\}' without a '\{' before it/],
    ['no program', [], /the command names no program/],
    ['a NUL', ['p', 'a\0b'], /'a\\0b' holds a NUL/],
  ])('refuses %s', (_, command, message) => {
    expect(() => checkTemplates(program(...command), ['x'])).toThrow(message);
  });

  it('tells everything at once, and the names there are', () => {
    const check = (): void => checkTemplates(program('p', '{a}', '{b}', '}'), ['x']);
    expect(check).toThrow(/\{a\}.*\{b\}.*'\}'/);
    expect(check).toThrow(
      expect.objectContaining({ code: 'template-invalid', remedy: expect.stringContaining('{x}, {resource}') }),
    );
  });

  it.each([
    [['seed'], /the parameter 'seed' has the name of the built-in \{seed\}/],
    [['config'], /the parameter 'config' would be \$FETTLE_CONFIG, as the trial contract is already/],
    [['resumeFrom'], /\$FETTLE_RESUME_FROM, as the trial contract is already/],
    [
      ['learningRate', 'learning_rate'],
      /'learning_rate' would be \$FETTLE_LEARNING_RATE, as the parameter 'learningRate' is already/,
    ],
  ])('refuses names that hide each other: %s', (names, message) => {
    expect(() => checkTemplates(program('p'), names)).toThrow(message);
  });
});
