/**
 * What has been seen to happen, counted: a simulation in which something never happens proves
 * nothing about it.
 *
 * @module
 */

/** Counts by name. */
export class Marks {
  readonly counts: Map<string, number> = new Map();

  /** It has happened `count` times. */
  mark(name: string, count = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + count);
  }

  /** What others have counted is added. */
  add(counts: Iterable<readonly [string, number]>): void {
    for (const [name, count] of counts) this.mark(name, count);
  }

  /** How often it has happened. */
  count(name: string): number {
    return this.counts.get(name) ?? 0;
  }
}
