/**
 * Which variable to try next: those that were in many dead ends of late.
 *
 * @module
 */

const GROWTH = 1 / 0.95;
const LARGEST = 1e100;

/** A heap of variables by how active they are; ties go to the lower number. */
export class Activity {
  readonly #score: number[] = [];
  readonly #heap: number[] = [];
  /** By variable: its place in the heap, -1 if it is not there. */
  readonly #place: number[] = [];
  #bump = 1;

  /** Takes a new variable, whose number is that of the variables before it. */
  add(variable: number): void {
    this.#score.push(0);
    this.#place.push(-1);
    this.reopen(variable);
  }

  /** The variable was in a dead end. */
  bump(variable: number): void {
    this.#score[variable]! += this.#bump;
    if (this.#score[variable]! > LARGEST) {
      for (let i = 0; i < this.#score.length; i++) this.#score[i]! /= LARGEST;
      this.#bump /= LARGEST;
    }
    if (this.#place[variable] !== -1) this.#up(this.#place[variable]!);
  }

  /** Dead ends so far count for less from now on. */
  decay(): void {
    this.#bump *= GROWTH;
  }

  /** The variable is to be tried again. */
  reopen(variable: number): void {
    if (this.#place[variable] !== -1) return;
    this.#place[variable] = this.#heap.push(variable) - 1;
    this.#up(this.#place[variable]!);
  }

  /** Takes out the most active variable that is open; undefined if none is. */
  best(isOpen: (variable: number) => boolean): number | undefined {
    while (this.#heap.length > 0) {
      const variable = this.#heap[0]!;
      const last = this.#heap.pop()!;
      this.#place[variable] = -1;
      if (last !== variable) {
        this.#put(last, 0);
        this.#down(0);
      }
      if (isOpen(variable)) return variable;
    }
    return undefined;
  }

  #before(a: number, b: number): boolean {
    const difference = this.#score[a]! - this.#score[b]!;
    return difference > 0 || (difference === 0 && a < b);
  }

  #put(variable: number, place: number): void {
    this.#heap[place] = variable;
    this.#place[variable] = place;
  }

  #up(start: number): void {
    const variable = this.#heap[start]!;
    let place = start;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#before(variable, this.#heap[parent]!)) break;
      this.#put(this.#heap[parent]!, place);
      place = parent;
    }
    this.#put(variable, place);
  }

  #down(start: number): void {
    const variable = this.#heap[start]!;
    let place = start;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#heap.length) break;
      if (
        child + 1 < this.#heap.length && this.#before(this.#heap[child + 1]!, this.#heap[child]!)
      ) {
        child++;
      }
      if (!this.#before(this.#heap[child]!, variable)) break;
      this.#put(this.#heap[child]!, place);
      place = child;
    }
    this.#put(variable, place);
  }
}
