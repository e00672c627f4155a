import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createStudy, grid, ordinal, searchSpace, type StudyEvent } from '@fettle/core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { slurm } from '../../src/index.ts';
import { describeAsRoot, describeOnSlurm } from '../describe-on-slurm.ts';
import { SlurmCluster } from '../slurm-cluster.ts';

/** A login node that is this machine, behind ssh. */
class LoginNode {
  readonly #folder: string;
  #daemon: ChildProcess | undefined;

  constructor(folder: string, port: number, slurmConf: string) {
    this.#folder = folder;
    for (const key of ['host', 'user'])
      execFileSync('/usr/bin/ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
    const [type, key] = readFileSync(join(folder, 'host.pub'), 'utf8').split(' ');
    writeFileSync(join(folder, 'known'), `[127.0.0.1]:${port} ${type} ${key}\n`);
    writeFileSync(
      join(folder, 'sshd.conf'),
      `Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host
AuthorizedKeysFile ${folder}/user.pub
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PidFile none
SetEnv SLURM_CONF=${slurmConf}
`,
    );
    writeFileSync(
      join(folder, 'ssh.conf'),
      `Host login
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${folder}/user
  IdentitiesOnly yes
  UserKnownHostsFile ${folder}/known
`,
    );
    mkdirSync(join(folder, 'bin'));
    const line = `#!/bin/sh\necho "$@" >>${folder}/calls\nexec /usr/bin/ssh -F ${folder}/ssh.conf "$@"\n`;
    writeFileSync(join(folder, 'bin', 'ssh'), line, { mode: 0o755 });
    mkdirSync('/run/sshd', { recursive: true });
  }

  up(): void {
    const log = join(this.#folder, 'sshd.log');
    this.#daemon = spawn('/usr/sbin/sshd', ['-D', '-f', join(this.#folder, 'sshd.conf'), '-E', log], {
      stdio: 'ignore',
    });
  }

  down(): void {
    this.#daemon?.kill();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describeOnSlurm('a driver that has no Slurm, but a login node', () => {
  describeAsRoot('run by sshd', () => {
    it('runs a study there, and goes on when it was out of reach', { timeout: 90_000 }, async () => {
      const cluster = await SlurmCluster.start();
      onTestFinished(() => cluster.stop());
      const folder = mkdtempSync(join(tmpdir(), 'fettle-ssh-'));
      const login = new LoginNode(folder, await freePort(), cluster.environment.SLURM_CONF);
      onTestFinished(() => {
        login.down();
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      });
      login.up();
      // Slurm's commands are here, too, but do not know of the cluster.
      vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH']}`);
      await vi.waitUntil(() => existsSync(join(folder, 'sshd.log')), 5000);
      const comment = `it's "$HOME" & more`;
      const study = await createStudy({
        name: 'far',
        space: searchSpace({ x: ordinal([1, 2, 3, 4]) }),
        objective: { metric: 'loss', goal: 'minimize' },
        command: ['sh', '-c', `sleep 2; echo '{{"loss": 1}}' >>"$FETTLE_METRICS"`],
        searcher: grid(),
        backend: slurm({
          slots: 1,
          minutes: 5,
          attemptsPerJob: 1,
          pollSeconds: 0.1,
          squeueSeconds: 0.5,
          ssh: 'login',
          directives: { comment },
        }),
        seed: 1,
        directory: join(folder, 'study'),
      });
      const events: StudyEvent[] = [];
      study.on('*', (event) => events.push(event));
      study.on('trial:completed', ({ body: { trial } }) => {
        if (trial !== 1) return;
        login.down();
        setTimeout(() => login.up(), 3000);
      });
      const result = await study.run();
      await study.close();
      expect(result.status).toBe('finished');
      expect(events.filter(({ type }) => type === 'trial:completed')).toHaveLength(4);
      expect(events.filter(({ type }) => type === 'attempt:ended')).toHaveLength(4);
      const comments = cluster.run('squeue', '-h', '-t', 'all', '-o', '%k').trim().split('\n');
      expect(new Set(comments)).toEqual(new Set([comment]));
      expect(readFileSync(join(folder, 'calls'), 'utf8')).toContain('BatchMode=yes');
    });
  });
});
