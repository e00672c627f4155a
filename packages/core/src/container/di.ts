// tsyringe refuses to load before reflect-metadata has; this is the only file that imports either, so the order holds.
// biome-ignore assist/source/organizeImports: the order is the point
import 'reflect-metadata';
import { container, instanceCachingFactory } from 'tsyringe';
import type { DependencyContainer } from 'tsyringe';

export { container, instanceCachingFactory };
export type { DependencyContainer };
