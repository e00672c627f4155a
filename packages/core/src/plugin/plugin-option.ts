import { z } from 'zod';
import { isPlugin, type Plugin, type PluginKind } from './define.ts';

/** The schema of an option that holds another plugin. Name the option under `nested` in the definition as well. */
export function pluginOption<K extends PluginKind>(kind: K): z.ZodType<Plugin<K>, Plugin<K>> {
  return z.custom<Plugin<K>>((value) => isPlugin(value, kind), { error: `expected a ${kind}, such as \`random()\`` });
}
