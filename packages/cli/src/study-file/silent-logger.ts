import type { Logger } from '@fettle/core';

const nothing = (): void => undefined;

/** For plugins that are made only to see whether they can be made. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
