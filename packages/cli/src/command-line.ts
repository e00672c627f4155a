import { Argument, Command, CommanderError, Option } from 'commander';
import { positive, STATES, states, whole } from './argument-parsers.ts';
import { EXIT, EXIT_MEANINGS, type ExitCode } from './exit-codes.ts';
import { withCode } from './failure.ts';
import type { Io } from './io.ts';

/** A command's work: its own file, read only when the command is called. */
type Loader<Args extends readonly unknown[], Options> = () => Promise<{
  execute(args: Args, options: Options, io: Io): ExitCode | Promise<ExitCode>;
}>;

const STUDY = 'a study file, a folder, or a study.db (default: ./study.yaml)';
const REMEDY = 'Run the command with --help for what it takes.';
const STOPPING = `
Ctrl-C once: nothing more is started, trials may save a checkpoint, and the same command goes on later. Twice: what runs is
killed, and goes on later from its last checkpoint. A terminal that goes away counts as Ctrl-C: start a study that is to
outlive it in tmux or screen, or with setsid (nohup does not help: Node listens to SIGHUP all the same).`;
const json = (): Option => new Option('--json', 'print JSON, for other programs');
const study = (): Option => new Option('-s, --study <study>', 'the same, as an option');

/**
 * The command line of fettle. Names and help are here, the work is in `commands/`, one file each.
 * @param asJson whether a mistake on the command line is told to a program
 * @param finish hears the exit code of the command that ran
 */
export function commandLine(version: string, io: Io, asJson: boolean, finish: (code: ExitCode) => void): Command {
  const program = new Command('fettle')
    .description('Tunes the hyperparameters of any program.')
    .version(version, '-V, --version')
    .helpCommand(false)
    .showHelpAfterError(asJson ? false : REMEDY)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) =>
        write(
          asJson
            ? `${usageAsJson(text)}\n`
            : withCode(`fettle: ${text.replace(/^error: /, '')}`, 'usage', io.paintError),
        ),
    })
    .addHelpText('after', example(['fettle init train.py', 'fettle plan', 'fettle run', 'fettle best']))
    .addHelpText('after', exitCodes());

  const add = <Args extends readonly unknown[], Options>(
    name: string,
    description: string,
    examples: readonly string[],
    load: Loader<Args, Options>,
  ): Command =>
    program
      .command(name)
      .description(description)
      .addHelpText('after', example(examples))
      .action(async (...given: unknown[]) => {
        const command = given.at(-1) as Command;
        const work = await load();
        finish(await work.execute(command.processedArgs as unknown as Args, command.opts() as Options, io));
      });

  add(
    'init',
    'write a study file, for a script if you name one',
    ['fettle init train.py'],
    () => import('./commands/init.ts'),
  )
    .argument('[script]', 'a script to tune; the numeric flags of a Python script (argparse, click) become parameters')
    .option('-o, --output <file>', 'where to write', 'study.yaml')
    .option('--force', 'replace a file that is there already')
    .addOption(json());

  add(
    'import',
    'write a study file from the description of another system',
    [
      'fettle import sagemaker tuning-job.json',
      'fettle import determined experiment.yaml -o study.yaml',
      'fettle import wandb sweep.yaml',
    ],
    () => import('./commands/import.ts'),
  )
    .addArgument(new Argument('<system>', 'whose description it is').choices(['sagemaker', 'determined', 'wandb']))
    .argument('<file>', 'JSON or YAML')
    .option('-o, --output <file>', 'where to write', 'study.yaml')
    .option('--force', 'replace a file that is there already')
    .option('--json', 'print the study and the notes as JSON, and write nothing');

  add(
    'create',
    'write the package of a plugin: it builds, passes its contract suite and can be published',
    ['fettle create searcher my-searcher', 'fettle create backend @me/my-backend --language js'],
    () => import('./commands/create.ts'),
  )
    .addArgument(new Argument('<kind>', 'what it is').choices(['searcher', 'sampler', 'backend', 'metric-source']))
    .argument('<name>', 'name of the npm package')
    .addOption(
      new Option('-l, --language <language>', 'TypeScript, or plain JavaScript').choices(['ts', 'js']).default('ts'),
    )
    .option('-o, --output <folder>', 'where to write (default: a folder of that name)')
    .addOption(json());

  add(
    'run',
    'create or continue a study',
    [
      'fettle run',
      'fettle run study.yaml --workers 4',
      'fettle run --trials 200   # a larger budget: the study goes on',
    ],
    () => import('./commands/run.ts'),
  )
    .argument('[study]', STUDY)
    .option('--fresh', 'begin again; what is there is moved aside to <name>.1, never deleted')
    .option('--workers <n>', 'trials at the same time (backend.workers)', positive)
    .option('--trials <n>', 'total number of trials (budget.trials)', positive)
    .option('--wall-clock <duration>', 'total time at work, such as 90m (budget.wallClock)')
    .option('--plain', 'lines instead of the live view')
    .option('--json', 'print every event as a line of JSON')
    .addHelpText('after', STOPPING);

  add(
    'plan',
    'check a study without running anything: rungs, expected trials, resource and checkpoints',
    ['fettle plan study.yaml', 'fettle plan --checkpoint-size 500MiB'],
    () => import('./commands/plan.ts'),
  )
    .argument('[study]', STUDY)
    .option('--checkpoint-size <size>', 'how large one checkpoint is, to see how much space they need')
    .addOption(json());

  add('status', 'how a study stands', ['fettle status', 'fettle status --json'], () => import('./commands/status.ts'))
    .argument('[study]', STUDY)
    .addOption(json());

  add('best', 'the best trials', ['fettle best', 'fettle best --limit 5'], () => import('./commands/best.ts'))
    .argument('[study]', STUDY)
    .option('-n, --limit <n>', 'how many', positive, 1)
    .addOption(json());

  add(
    'trials',
    'list trials',
    [
      'fettle trials --limit 20',
      'fettle trials --state failed   # and why',
      'fettle trials --sort value --json',
      'fettle trials | less -S   # all columns of a table that is wider than the terminal',
    ],
    () => import('./commands/trials.ts'),
  )
    .argument('[study]', STUDY)
    .option('-n, --limit <n>', 'how many', positive, 50)
    .option('--offset <n>', 'how many to leave out first', whole, 0)
    .addOption(
      new Option(
        '--state <states>',
        `only trials in these states: ${STATES.join(', ')}; several with commas`,
      ).argParser(states),
    )
    .addOption(new Option('--sort <order>', 'by number, or the best first').choices(['id', 'value']).default('id'))
    .option('--reverse', 'the other way round')
    .addOption(json());

  add(
    'show',
    'one trial: configuration, attempts, reports, logs',
    ['fettle show 17', 'fettle show 17 study.yaml'],
    () => import('./commands/show.ts'),
  )
    .argument('<trial>', 'number of a trial')
    .argument('[study]', STUDY)
    .addOption(study())
    .option('--lines <n>', 'last lines of standard error to show', whole, 20)
    .addOption(json());

  add(
    'explain',
    'why: every decision on a trial, or on the whole study, with its reason',
    ['fettle explain 17', 'fettle explain   # why the study stopped or waits'],
    () => import('./commands/explain.ts'),
  )
    .argument('[trial]', 'number of a trial; without it: the study')
    .argument('[study]', STUDY)
    .addOption(study())
    .addOption(json());

  add(
    'metrics',
    'try the metric sources of a study on a sample of its output',
    ['fettle metrics study.yaml sample.log'],
    () => import('./commands/metrics.ts'),
  )
    .argument('<study>', 'a study file')
    .argument('<sample>', 'a file with what the program prints (or appends to $FETTLE_METRICS)')
    .addOption(json());

  add(
    'test-searcher',
    'check whether a program is a searcher that keeps its contract, and print what is wrong',
    [
      'fettle test-searcher -- python3 my_searcher.py',
      `fettle test-searcher --options '{"population": 8}' -- ./search`,
    ],
    () => import('./commands/test-searcher.ts'),
  )
    .argument('<command...>', 'the program and its arguments, after --')
    .option('--options <json>', 'options for the program, as in the study file')
    .option('--trials <n>', 'trials of each check (fewer for a program that thinks long)', positive)
    .option('--deterministic', 'the seed makes no difference to it')
    .option('--exhausts', 'it suggests every configuration of a finite space exactly once')
    .option('--answer-seconds <n>', 'seconds in which it must answer', positive)
    .addOption(json());

  add(
    'checkpoints',
    'what cleaning up checkpoints would keep and delete; deletes nothing',
    ['fettle checkpoints --keep-best 3'],
    () => import('./commands/checkpoints.ts'),
  )
    .argument('[study]', STUDY)
    .option('--keep-best <n>', 'trials that are over whose checkpoints are kept', whole, 1)
    .addOption(json());

  add('doctor', 'check this machine and folder', ['fettle doctor'], () => import('./commands/doctor.ts'))
    .argument('[study]', STUDY)
    .addOption(json());

  add(
    'stop',
    'ask the driver of a running study to stop in good order',
    ['fettle stop'],
    () => import('./commands/stop.ts'),
  )
    .argument('[study]', STUDY)
    .option('--now', 'kill what runs instead of letting it save a checkpoint')
    .addOption(json());

  add(
    'export',
    'everything a study knows, as CSV, JSON or its journal',
    ['fettle export > trials.csv', 'fettle export --journal -o journal.ndjson'],
    () => import('./commands/export.ts'),
  )
    .argument('[study]', STUDY)
    .addOption(new Option('--csv', 'one line for each trial (the default)').conflicts(['json', 'journal']))
    .addOption(new Option('--json', 'summary and trials as one JSON document').conflicts(['csv', 'journal']))
    .addOption(new Option('--journal', 'every event as a line of JSON').conflicts(['csv', 'json']))
    .option('-o, --output <file>', 'write to a file instead of standard output');

  add('report', 'write the HTML report', ['fettle report -o digits.html'], () => import('./commands/report.ts'))
    .argument('[study]', STUDY)
    .option('-o, --output <file>', 'where to write (default: report.html beside study.db)')
    .addOption(json());

  add(
    'replay',
    'compute every decision of a study again and compare',
    ['fettle replay study.yaml'],
    () => import('./commands/replay.ts'),
  )
    .argument('[study]', STUDY)
    .addOption(json());

  add(
    'schema',
    'print the JSON Schema of study files, for editors',
    [
      'fettle schema > study.schema.json',
      'fettle schema ./my-searcher.ts my-backend > .fettle/study.schema.json   # the file that fettle init wrote',
    ],
    () => import('./commands/schema.ts'),
  )
    .argument(
      '[plugins...]',
      "plugins whose options are to be in it beside those of Fettle's own: a file, an npm package",
    )
    .addOption(new Option('--json', 'the same: a schema is JSON'));

  return program;
}

function usageAsJson(text: string): string {
  const message = text.replace(/^error: /, '').trim();
  return JSON.stringify({ error: { code: 'usage', message, remedy: REMEDY } });
}

function exitCodes(): string {
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  return `\nExit codes:\n${names.map((name) => `  ${String(EXIT[name]).padEnd(4)} ${EXIT_MEANINGS[name]}`).join('\n')}`;
}

function example(lines: readonly string[]): string {
  return `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

/** Whether commander ended the command line by itself, after help or a wrong word. */
export function isCommanderError(thrown: unknown): thrown is CommanderError {
  return thrown instanceof CommanderError;
}
