/** One value of one parameter. */
export type ParameterValue = number | string | boolean;

/**
 * The chosen values of one trial, by parameter name. A parameter that is not active (its condition does not hold) is
 * absent. Configurations are frozen: pass them on, never change them.
 */
export type Configuration = { readonly [name: string]: ParameterValue };
