import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** The parts of the `docker` command's own configuration that are read. */
const configFile = z.object({
  currentContext: z.string().optional(),
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
});

/** Where the `docker` command keeps its own files. */
export function dockerFolder(environment: NodeJS.ProcessEnv): string {
  return environment['DOCKER_CONFIG'] ?? join(environment['HOME'] ?? homedir(), '.docker');
}

/** Its `config.json`; `undefined` if there is none that can be read. */
export function readDockerConfig(folder: string): z.output<typeof configFile> | undefined {
  const text = readIfThere(join(folder, 'config.json'));
  return text === undefined ? undefined : configFile.safeParse(parseJson(text)).data;
}

/** What a file holds; `undefined` if it cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** What a text says; `undefined` if it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
