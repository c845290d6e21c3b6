/**
 * Owner of several resources, disposed in reverse order. Stands in for `DisposableStack`, which Node 20 does
 * not have.
 */
export class ResourceStack implements Disposable {
  readonly #resources: Disposable[] = [];

  /** Takes a resource over and gives it back for use. */
  use<T extends Disposable>(resource: T): T {
    this.#resources.push(resource);
    return resource;
  }

  [Symbol.dispose](): void {
    for (const resource of this.#resources.splice(0).toReversed()) resource[Symbol.dispose]();
  }
}
