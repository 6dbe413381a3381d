/**
 * What is still to happen in a world, soonest first. It can be copied, if it is plain data.
 *
 * @module
 */

interface Item<T> {
  readonly atMs: number;
  readonly order: number;
  readonly what: T;
}

/** A heap: soonest first, and in the order in which it was put there if the moment is the same. */
export class Agenda<T> {
  #heap: Item<T>[] = [];
  #order = 0;

  /** A copy that goes on by itself. */
  copy(): Agenda<T> {
    const copy = new Agenda<T>();
    copy.#heap = this.#heap.slice();
    copy.#order = this.#order;
    return copy;
  }

  /** Whether nothing is still to happen. */
  get isEmpty(): boolean {
    return this.#heap.length === 0;
  }

  /** When the next thing happens, in milliseconds; Infinity if nothing does. */
  get nextMs(): number {
    return this.#heap[0]?.atMs ?? Infinity;
  }

  /** Lets something happen at a time. */
  put(atMs: number, what: T): void {
    const item = { atMs, order: this.#order++, what };
    const heap = this.#heap;
    let at = heap.length;
    heap.push(item);
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!isSooner(item, heap[up]!)) break;
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = item;
  }

  /** Takes out what happens next. There must be something. */
  take(): Item<T> {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= heap.length) break;
      if (down + 1 < heap.length && isSooner(heap[down + 1]!, heap[down]!)) down++;
      if (!isSooner(heap[down]!, last)) break;
      heap[at] = heap[down]!;
      at = down;
    }
    heap[at] = last;
    return first;
  }
}

function isSooner(a: Item<unknown>, b: Item<unknown>): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
