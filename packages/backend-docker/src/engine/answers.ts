import { z } from 'zod';

/*
 * The parts of an engine's answers that are read. What is missing in some versions, or null, has a default here, so that
 * nobody else has to know.
 */

const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const list = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);

/** `GET /version` */
export const versionAnswer = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  MinAPIVersion: z.string().optional(),
  Components: z.array(z.object({ Name: z.string() })).nullish(),
});

/** `GET /info` */
export const infoAnswer = z.object({
  NCPU: z.number().default(0),
  MemTotal: z.number().default(0),
  CgroupVersion: z.string().default('1'),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  DefaultRuntime: z.string().default(''),
  DiscoveredDevices: z.array(z.object({ Source: z.string(), ID: z.string() })).nullish(),
  CDISpecDirs: list,
  LiveRestoreEnabled: z.boolean().default(false),
  SecurityOptions: list,
});

/** `GET /images/{name}/json` */
export const imageAnswer = z.object({
  Id: z.string(),
  Config: z.object({ Entrypoint: list, Env: list }).nullish(),
});

/** `GET /containers/{id}/json` */
export const containerAnswer = z.object({
  Id: z.string(),
  Config: z.object({ Labels: texts }),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number().default(0),
    OOMKilled: z.boolean().default(false),
    Error: z.string().default(''),
  }),
  HostConfig: z.object({ DeviceRequests: z.array(z.unknown()).nullish() }),
});

/** `GET /containers/json` */
export const containersAnswer = z.array(z.object({ Id: z.string(), State: z.string(), Labels: texts }));

/** One event of `GET /events` */
export const eventAnswer = z.object({
  Action: z.string().default(''),
  Actor: z.object({ ID: z.string(), Attributes: texts }),
});

/** One line of `POST /images/create` and `POST /build` */
export const progressAnswer = z.object({
  status: z.string().optional(),
  id: z.string().optional(),
  progress: z.string().optional(),
  stream: z.string().optional(),
  error: z.string().optional(),
});
