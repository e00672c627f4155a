/**
 * Version of the plugin contract: the ports, the definitions and the guarantees written at them. Raised when a plugin
 * written for the one before would no longer work.
 */
export const API_VERSION = 1;
