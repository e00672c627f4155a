/** Options of `slurm`, as they are written. */
export interface GivenOptions {
  /** Most slots at the same time, in jobs that run or wait; each runs one attempt after the other. */
  slots: number;
  /**
   * Slots in each job, which share its GPUs: 4 with `gres: 'gpu:4'` gives each attempt one. `slots` is a multiple of it.
   * Default: 1.
   */
  slotsPerJob?: number | undefined;
  /** Time limit of a job in minutes, whole: Slurm counts in minutes. Needed, but not with `within: 'allocation'`. */
  minutes?: number | undefined;
  /**
   * Where the slots are. `jobs` (the default): in jobs that are submitted. `allocation`: in the one in which the driver runs
   * (`salloc`, or a job), as steps; then `directives` are those of `srun`.
   */
  within?: 'jobs' | 'allocation' | undefined;
  /**
   * When it is said what a job runs. `start` (the default): once it has started, which is when its resources are there. `submit`:
   * when it is submitted, a job for each attempt; then its directives may depend on the trial.
   */
  bind?: 'start' | 'submit' | undefined;
  /**
   * Attempts that one slot runs before it ends. 1 is a job per attempt, chosen when the job starts. Default: as many as fit into its
   * time.
   */
  attemptsPerJob?: number | undefined;
  /**
   * Lines of bash that each job runs first, for all that runs in it: `['module load cuda', 'source venv/bin/activate']`. One that
   * fails ends the job. Default: none.
   */
  setup?: string[] | undefined;
  /**
   * Words before the program's own, for containers and for programs of several processes: `['srun']`,
   * `['apptainer', 'exec', '--nv', 'image.sif']`. `{study}` stands for the study's folder. Default: none.
   */
  prefix?: string[] | undefined;
  /**
   * Directives of `sbatch` by their long names, such as `partition`, `account`, `qos`, `constraint`, `gres`, `cpus-per-task` and
   * `mem`: `{ partition: 'gpu', gres: 'gpu:1', account: 'ab12', exclusive: true }`. With `bind: 'submit'`, `{name}` in a text stands
   * for the value of a parameter. Default: none.
   */
  directives?: { [name: string]: string | number | true } | undefined;
  /** Seconds without work after which a job ends by itself: idle GPUs are frowned upon. Default: 300. */
  idleSeconds?: number | undefined;
  /** Seconds before its time limit at which a job stops its program, so that it can save itself. Default: 120. */
  leadSeconds?: number | undefined;
  /** Seconds between two looks at what the jobs have written. Default: 1 for up to 20 slots, 5 from 100 on. */
  pollSeconds?: number | undefined;
  /**
   * Least seconds between two questions to Slurm's controller; it is asked up to 20 times less often while nothing happens.
   * Default: 30.
   */
  squeueSeconds?: number | undefined;
  /**
   * The machine on which Slurm's commands are run, as `ssh` takes it: `login`, `me@login.example.org`. The study's folder must be at
   * the same path here and there. Not with `within: 'allocation'`. Default: this one.
   */
  ssh?: string | undefined;
  /** Signal sent together with the stop file, for programs that save themselves on a signal. Default: none. */
  stopSignal?: 'SIGUSR1' | 'SIGUSR2' | 'SIGINT' | 'SIGHUP' | 'SIGTERM' | undefined;
}
