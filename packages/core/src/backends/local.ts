import { API_VERSION } from '../plugin/api-version.ts';
import { defineBackend, type FactoryOf } from '../plugin/define.ts';
import { VERSION } from '../version.ts';
import { LocalBackend } from './local-backend.ts';
import { type LocalOptions, localOptions } from './local-options.ts';

/**
 * Runs each attempt as processes of this machine. Attempts outlive the driver: killed and started again, it finds them by
 * their records in the study's folder and goes on with them.
 *
 * Each attempt is a process group of its own, writes to files in its folder and leaves no process behind. For Linux and
 * macOS; limits of memory, and finding processes that have left their group, need Linux.
 */
export const local: FactoryOf<'backend', LocalOptions | undefined> = defineBackend({
  name: 'local',
  version: VERSION,
  apiVersion: API_VERSION,
  options: localOptions,
  offers: ['gpu'],
  create: (options = {}) => new LocalBackend(options),
});
