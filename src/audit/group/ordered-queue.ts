/** What the queue orders by: time, then serial; `sequence` keeps equal ones in the order of arrival. */
export interface Ordered {
  readonly sec: number;
  readonly milli: number;
  readonly serial: number;
  readonly sequence: number;
}

/**
 * Holds events in the order of their stamps.
 *
 * Audit logs are nearly sorted, so what arrives in order goes to the end of a plain list in constant time,
 * and only stragglers pay for a heap. The cost per event is therefore at most logarithmic in the number of
 * stragglers, whatever the number of events in flight.
 */
export class OrderedQueue<T extends Ordered> {
  #list: T[] = [];
  #head = 0;
  readonly #heap: T[] = [];

  /** Number of elements. */
  get size(): number {
    return this.#list.length - this.#head + this.#heap.length;
  }

  /** Adds an element. */
  push(item: T): void {
    const last = this.#list[this.#list.length - 1];
    if (this.#head === this.#list.length || last === undefined || !isBefore(item, last))
      this.#list.push(item);
    else this.#pushHeap(item);
  }

  /** The lowest element, or undefined if there is none. */
  peek(): T | undefined {
    const first = this.#list[this.#head];
    const straggler = this.#heap[0];
    if (straggler === undefined) return first;
    return first === undefined || isBefore(straggler, first) ? straggler : first;
  }

  /** Removes and returns the lowest element. */
  pop(): T | undefined {
    const item = this.peek();
    if (item === undefined) return undefined;
    if (item === this.#heap[0]) this.#popHeap();
    else this.#advance();
    return item;
  }

  /** All elements, in no particular order. */
  *values(): Generator<T> {
    for (let i = this.#head; i < this.#list.length; i += 1) {
      const item = this.#list[i];
      if (item !== undefined) yield item;
    }
    yield* this.#heap;
  }

  #advance(): void {
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#list.length) {
      this.#list = this.#list.slice(this.#head);
      this.#head = 0;
    }
  }

  #pushHeap(item: T): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (!isBefore(item, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = item;
  }

  #popHeap(): void {
    const heap = this.#heap;
    const item = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, item)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
  }
}

function isBefore(a: Ordered, b: Ordered): boolean {
  if (a.sec !== b.sec) return a.sec < b.sec;
  if (a.milli !== b.milli) return a.milli < b.milli;
  if (a.serial !== b.serial) return a.serial < b.serial;
  return a.sequence < b.sequence;
}
