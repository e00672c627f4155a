import { container, instanceCachingFactory, type DependencyContainer } from './di.ts';

/** Names a service by the type it has. Two installed copies of this package make equal tokens. */
export type Token<T> = symbol & { readonly __service?: T };

/** Makes the token of a service. @param name its name within version 1 of the container's contract */
export function token<T>(name: string): Token<T> {
  return Symbol.for(`@fettle/core/1/${name}`);
}

/**
 * The services of one study. Each is made once, when it is first asked for, and closed in the reverse order of being made.
 * A service that is provided again replaces the one before, as long as nobody has asked for it yet.
 */
export class Scope {
  readonly #container: DependencyContainer = container.createChildContainer();
  readonly #closers: (() => unknown)[] = [];

  /**
   * Says how a service is made.
   * @param close is given the service when the scope closes
   */
  provide<T>(service: Token<T>, make: (scope: Scope) => NoInfer<T>, close?: (instance: T) => unknown): void {
    this.#container.register(service, {
      useFactory: instanceCachingFactory(() => {
        const instance = make(this);
        if (close !== undefined) this.#closers.push(() => close(instance));
        return instance;
      }),
    });
  }

  /** The service; made now if it is asked for the first time. */
  get<T>(service: Token<T>): T {
    return this.#container.resolve(service);
  }

  /** Closes every service that was made, the last one first. The first error is thrown after all have been closed. */
  async close(): Promise<void> {
    let failure: { readonly thrown: unknown } | undefined;
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (thrown) {
        failure ??= { thrown };
      }
    }
    if (failure !== undefined) throw failure.thrown;
  }
}
