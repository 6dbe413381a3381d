/**
 * Virtual time: things happen at the moment they were put off to, and in the order in which they
 * were put off if the moment is the same.
 *
 * @module
 */

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

/** What is still to happen, soonest first: a binary heap. */
export class EventQueue {
  /** The time of what happened last, in milliseconds since the beginning. */
  nowMs = 0;
  /** How much has happened. */
  count = 0;
  readonly #heap: Due[] = [];
  #order = 0;

  /** Lets something happen at a time; at once, but after all that is due now, if that has passed. */
  at(atMs: number, act: () => void): void {
    const due = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, act };
    const heap = this.#heap;
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!isSooner(due, heap[up]!)) break;
      heap[at] = heap[up]!;
      at = up;
    }
    heap[at] = due;
  }

  /** Lets something happen in a number of milliseconds. */
  after(ms: number, act: () => void): void {
    this.at(this.nowMs + ms, act);
  }

  /** Lets the next thing happen; false if there is none. */
  advance(): boolean {
    const next = this.#take();
    if (next === undefined) return false;
    this.nowMs = next.atMs;
    this.count++;
    next.act();
    return true;
  }

  #take(): Due | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
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

function isSooner(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
