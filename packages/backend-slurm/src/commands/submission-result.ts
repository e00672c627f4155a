/** How a command of Slurm's ended. */
export interface CommandResult {
  /** Absent when it was killed because it took too long. */
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run of `sbatch` means. */
export type Submission =
  /** The job is there. */
  | { readonly kind: 'submitted'; readonly job: string }
  /** The job is not there; asking again may help. */
  | { readonly kind: 'unavailable'; readonly message: string }
  /** No job is there: as many as these may not be submitted at once, or not be queued just now. */
  | { readonly kind: 'too-many'; readonly message: string }
  /** The job is not there and would be refused again. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The job may be there or not. */
  | { readonly kind: 'unknown'; readonly message: string };

/** The machine on which `sbatch` should have been run was not reached at all. */
const NO_MACHINE = /^ssh: (connect to host|Could not resolve)|Permission denied \(|Host key verification failed/m;
/** The controller was not reached at all, or takes nothing for now: so it is while a site is maintained. */
const NOT_NOW =
  /Unable to contact slurm controller|Munge encode failed|auth_g_create|standby mode|submissions disabled|Required partition not available/i;
/** A limit on what one job may be. */
const TOO_MUCH = /\b(Assoc|QOS)\w*(PerJob|MinGRES|MinCPU)/i;
/** A limit on what may be submitted at once, or queued at the same time. */
const TOO_MANY =
  /Invalid job array specification|AssocMaxSubmitJobLimit|AssocGrpSubmitJobs|QOSMaxSubmitJob|MaxSubmitJobs|temporarily unable to accept job|MaxJobCount|Job violates accounting\/QOS policy/i;
/** Something that the same submission will meet again. */
const WRONG =
  /invalid|not available|unrecognized option|not found|denied|permission|more processors|exceeds|must be|mutually exclusive|cannot|too large|No partition|Memory specification|batch script/i;
/** The question may have arrived although no answer did. */
const AMBIGUOUS = /Socket timed out|Zero Bytes were transmitted|Connection reset|Transport endpoint|timed out/i;

/** Question or answer was not believed; which of the two is not said. */
const UNTRUSTED = /authentication/i;

/**
 * Reads what `sbatch --parsable` said. Without a clear answer the job may exist: a controller that froze while it was
 * asked has taken the job, and said so to nobody.
 */
export function readSubmission({ exitCode, stdout, stderr }: CommandResult): Submission {
  const message = (stderr.trim() === '' ? stdout : stderr).trim() || 'sbatch said nothing';
  if (exitCode === 0) {
    // Sites print banners: the number is the last line that looks like one, `17` or `17;cluster`.
    const line = stdout
      .split('\n')
      .map((text) => text.trim())
      .findLast((text) => /^\d+(;\S+)?$/.test(text));
    const [job] = line?.split(';') ?? [];
    return job === undefined ? { kind: 'unknown', message } : { kind: 'submitted', job };
  }
  if (exitCode === 255 && NO_MACHINE.test(stderr)) return { kind: 'unavailable', message };
  if (exitCode === undefined || AMBIGUOUS.test(stderr)) return { kind: 'unknown', message };
  if (NOT_NOW.test(stderr)) return { kind: 'unavailable', message };
  if (UNTRUSTED.test(stderr)) return { kind: 'unknown', message };
  if (TOO_MUCH.test(stderr)) return { kind: 'refused', message };
  if (TOO_MANY.test(stderr)) return { kind: 'too-many', message };
  if (WRONG.test(stderr)) return { kind: 'refused', message };
  return { kind: 'unknown', message };
}
