import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';

/** Programs without which there is no accounting, and the packages that have them. */
export const ACCOUNTING = {
  programs: ['/usr/sbin/slurmdbd', '/usr/sbin/mariadbd'],
  packages: 'slurmdbd slurm-wlm-mysql-plugin mariadb-server-core',
};

/** Slurm's accounting in the folder of a cluster: its daemon with a database of its own, which listens on no port. */
export class Accounting {
  readonly #folder: string;
  readonly #port: number;

  /** @param port of the daemon */
  constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  /** Lines of slurm.conf. */
  get lines(): readonly string[] {
    return [
      'AccountingStorageType=accounting_storage/slurmdbd',
      'AccountingStorageHost=127.0.0.1',
      `AccountingStoragePort=${this.#port}`,
    ];
  }

  /** Starts the database. @returns whether it answers, to be asked until it does */
  startDatabase(): () => boolean {
    const data = join(this.#folder, 'database');
    const socket = join(this.#folder, 'database.sock');
    const user = userInfo().username;
    const common = ['--no-defaults', `--user=${user}`, `--datadir=${data}`, '--innodb-log-file-size=8M'];
    mkdirSync(join(data, 'mysql'), { recursive: true });
    // The least that makes stored procedures possible, of which Slurm makes some.
    const tables = readFileSync('/usr/share/mysql/mysql_system_tables.sql', 'utf8');
    execFileSync('/usr/sbin/mariadbd', [...common, '--bootstrap'], { input: `use mysql;\n${tables}`, stdio: 'pipe' });
    this.#daemon('/usr/sbin/mariadbd', [
      ...common,
      `--socket=${socket}`,
      `--pid-file=${this.#folder}/run/mariadbd.pid`,
      // Whoever can open the socket may do everything: it lies in a folder of our own.
      '--skip-networking',
      '--skip-grant-tables',
      '--innodb-flush-log-at-trx-commit=0',
    ]);
    return () => existsSync(socket);
  }

  /** Starts the daemon. */
  startDaemon(): void {
    const path = join(this.#folder, 'slurmdbd.conf');
    const text = [
      'AuthType=auth/none',
      `DbdHost=${hostname().split('.')[0]}`,
      'DbdAddr=127.0.0.1',
      `DbdPort=${this.#port}`,
      `SlurmUser=${userInfo().username}`,
      `PidFile=${this.#folder}/run/slurmdbd.pid`,
      `LogFile=${this.#folder}/slurmdbd.log`,
      'StorageType=accounting_storage/mysql',
      'StorageHost=localhost',
      'StorageUser=slurm',
      'StorageLoc=slurm_acct_db',
    ];
    // It refuses a file that others may read.
    writeFileSync(path, `${text.join('\n')}\n`, { mode: 0o600 });
    this.#daemon('/usr/sbin/slurmdbd', []);
  }

  #daemon(program: string, args: readonly string[]): void {
    spawn(program, args, {
      env: {
        ...process.env,
        SLURM_CONF: join(this.#folder, 'slurm.conf'),
        MYSQL_UNIX_PORT: join(this.#folder, 'database.sock'),
      },
      cwd: this.#folder,
      detached: true,
      stdio: 'ignore',
    }).unref();
  }
}
