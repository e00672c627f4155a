import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Puts the agent into a folder. A shell reads its script while it runs it, and jobs of earlier drivers may begin at any moment
 * and know an agent by its path: so each version has a name of its own, and a file that is whole is never written to again.
 * @returns its path
 */
export function placeAgent(folder: string): string {
  const agent = readFileSync(new URL('../agent/agent.sh', import.meta.url));
  const version = createHash('sha256').update(agent).digest('hex').slice(0, 10);
  const path = join(folder, `agent-${version}.sh`);
  if (!existsSync(path) || !readFileSync(path).equals(agent)) {
    writeFileSync(`${path}.new`, agent, { flush: true });
    renameSync(`${path}.new`, path);
  }
  return path;
}
