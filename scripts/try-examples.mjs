// Runs the examples whose Python packages are installed, says which are not, and fails if one that runs does not do what it should.
//   node scripts/try-examples.mjs [python3 of an environment] [only those whose name has this in it]
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

/** Study files, and the modules that their programs import. */
const EXAMPLES = [
  { study: 'python/study.yaml', modules: [] },
  { study: 'python/study-sklearn.yaml', modules: ['sklearn'] },
  { study: 'python/study-torch.yaml', modules: ['torch'] },
  { study: 'frameworks/study-pytorch.yaml', modules: ['torch', 'sklearn'] },
  { study: 'frameworks/study-sklearn.yaml', modules: ['sklearn'] },
  { study: 'frameworks/study-lightgbm.yaml', modules: ['lightgbm', 'sklearn'] },
  { study: 'frameworks/study-keras.yaml', modules: ['keras', 'torch', 'sklearn'] },
  { study: 'frameworks/study-lightning.yaml', modules: ['lightning', 'torch', 'sklearn'] },
  { study: 'frameworks/study-transformers.yaml', modules: ['transformers', 'accelerate', 'torch'] },
];

const [python = 'python3', only = ''] = process.argv.slice(2);
const fettle = resolve('packages/cli/bin/fettle.js');
const env = { ...process.env, NO_COLOR: '1' };
// Studies name `python3`: the one that was asked for comes first.
if (python.includes('/')) env.PATH = `${dirname(resolve(python))}${delimiter}${env.PATH}`;
const version = execFileSync('python3', ['--version'], { env, encoding: 'utf8' }).trim();
console.log(`${version}, ${process.platform} ${process.arch}`);

const folder = mkdtempSync(join(tmpdir(), 'fettle-examples-'));
let failed = false;
try {
  for (const part of ['examples/python', 'examples/frameworks', 'clients/python']) {
    cpSync(part, join(folder, part), { recursive: true, filter: (path) => !path.includes('.fettle') });
  }
  for (const { study, modules } of EXAMPLES) {
    if (!study.includes(only)) continue;
    const missing = modules.filter((name) => {
      const found = `import importlib.util, sys; sys.exit(importlib.util.find_spec("${name}") is None)`;
      return spawnSync('python3', ['-c', found], { env }).status !== 0;
    });
    if (missing.length > 0) {
      console.log(`${study}: not run, ${missing.join(' and ')} is not installed`);
      continue;
    }
    const begun = performance.now();
    const file = join(folder, 'examples', study);
    const run = spawnSync(process.execPath, [fettle, 'run', file, '--plain'], { env, encoding: 'utf8' });
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const counts = () =>
      JSON.parse(execFileSync(process.execPath, [fettle, 'status', file, '--json'], { encoding: 'utf8' }));
    const ok = run.status === 0 && counts().summary.counts.failed === 0;
    if (!ok) failed = true;
    const best = ok
      ? execFileSync(process.execPath, [fettle, 'best', file], { env, encoding: 'utf8' }).split('\n')[0]
      : '';
    console.log(`${study}: ${ok ? `ran in ${seconds} s; ${best}` : `FAILED\n${run.stdout}\n${run.stderr}`}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exitCode = failed ? 1 : 0;
