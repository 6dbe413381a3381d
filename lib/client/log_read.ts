/**
 * Reading a learner's log without believing any acceptor alone: hashes from all, values from one at a
 * time.
 *
 * @module
 */

import type { AcceptorIndex } from "../core/types.ts";
import { Failures, firstToAsk } from "./calls.ts";
import { type LogParts, refusalIn } from "./log_calls.ts";
import { LogTally, type Reading, type Voter } from "./log_tally.ts";
import type { ReadEntry } from "./log_types.ts";
import { Scope } from "./scope.ts";

/** Entries that an acceptor may be ahead of what is delivered: nobody takes more from it. */
const AHEAD_MAX = 1_024;

/** Bytes of values that may have come and not been delivered, unless it is one. */
const VALUE_BYTES_MAX = 8 << 20;

/** How often each acceptor is asked for a value that does not come. */
const VAIN_MAX = 3;

/** Milliseconds until one that has ended is called again, at first. */
const AGAIN_MS = 50;

/** The entries of a log, each once enough acceptors say the same of it. */
export class LogReader {
  readonly #parts: LogParts;
  readonly #reading: Reading;
  readonly #scope: Scope;
  readonly #failures = new Failures();
  readonly #tally: LogTally;
  readonly #wakers = new Set<() => void>();
  /** Whose values are taken. */
  #source: AcceptorIndex;
  #stopSource: () => void = () => {};
  /** How often it has been another for the same entry. */
  #vain = 0;

  /** Nothing is called before {@linkcode LogReader.entries}. */
  constructor(parts: LogParts, reading: Reading, scope: Scope) {
    this.#parts = parts;
    this.#reading = reading;
    this.#scope = scope;
    this.#source = firstToAsk(parts.configuration);
    this.#tally = new LogTally(parts, reading, this.#failures);
  }

  /** In order. Ends where the log does, unless it is followed. */
  async *entries(): AsyncGenerator<ReadEntry, void, undefined> {
    const part = new Scope({}, this.#scope.signal);
    const wake = () => this.#wake();
    part.signal.addEventListener("abort", wake);
    const { track } = this.#parts;
    const running = track(Promise.all([
      ...this.#tally.voters.map((voter) => this.#listen(voter, part)),
      this.#takeValues(part),
    ]));
    try {
      for (;;) {
        const entry = this.#tally.take();
        if (entry === "bad value") this.#changeSource();
        else if (entry !== undefined) {
          this.#vain = 0;
          this.#wake();
          yield entry;
          continue;
        }
        this.#scope.check();
        if (this.#scope.signal.aborted) throw this.#tally.late();
        if (this.#tally.isOver()) return;
        if (this.#vain > VAIN_MAX * this.#tally.voters.length) throw this.#tally.valueless();
        await this.#news();
      }
    } finally {
      part.end();
      await running;
    }
  }

  /** Listens to what one acceptor says of the log until the scope ends. Never rejects. */
  async #listen(voter: Voter, scope: Scope): Promise<void> {
    for (let attempt = 0; !scope.signal.aborted; attempt++) {
      const before = voter.next;
      await this.#listenOnce(voter, scope);
      if (!this.#reading.follow) {
        voter.isDone = true;
        return this.#wake();
      }
      this.#wake();
      if (voter.next > before) attempt = 0;
      await scope.pause(AGAIN_MS * 2 ** Math.min(attempt, 6));
    }
  }

  async #listenOnce(voter: Voter, scope: Scope): Promise<void> {
    const acceptor = this.#parts.configuration.acceptors[voter.index]!;
    // What has been taken meanwhile needs no more voters, and may be kept no more.
    voter.next = Math.max(voter.next, this.#tally.next);
    const request = {
      learner: this.#tally.learnerName,
      from: BigInt(voter.next),
      follow: this.#reading.follow,
      withoutValues: true,
    };
    try {
      const answers = this.#parts.calls.to(acceptor).read(request, scope.signal);
      voter.isWell = false;
      for await (const { entries } of answers) {
        voter.refusal = undefined;
        this.#failures.delete(voter.name);
        for (const entry of entries) this.#tally.hear(voter, entry);
        this.#wake();
        while (voter.next > this.#tally.next + AHEAD_MAX && !scope.signal.aborted) {
          await this.#news();
        }
      }
      voter.isWell = true;
    } catch (error) {
      if (scope.signal.aborted) return;
      voter.refusal = refusalIn(error);
      this.#failures.add(voter.name, error);
    }
  }

  /** Takes values from one acceptor, and from the next if they do not come, until the scope ends. */
  async #takeValues(scope: Scope): Promise<void> {
    const { patienceMs } = this.#parts;
    for (let attempt = 0; !scope.signal.aborted; attempt++) {
      const before = this.#tally.next;
      const source = new Scope({}, scope.signal);
      this.#stopSource = () => source.end();
      const taking = this.#takeFrom(this.#source, source);
      let next = this.#tally.next;
      // One that has said nothing of a position that waits for its value for so long is left.
      for (let isEnded = false; !isEnded && !source.signal.aborted;) {
        isEnded = await Promise.race([taking.then(() => true), source.pause(patienceMs)]) === true;
        if (!isEnded && this.#tally.next === next && this.#tally.lacksValue) source.end();
        next = this.#tally.next;
      }
      source.end();
      await taking;
      this.#changeSource();
      this.#wake();
      if (this.#tally.next > before) attempt = 0;
      await scope.pause(AGAIN_MS * 2 ** Math.min(attempt, 6));
    }
  }

  /** What is here of others' values is taken again: it may be of one that lies. */
  #changeSource(): void {
    if (this.#tally.lacksValue) this.#vain++;
    this.#tally.dropValues();
    this.#source = (this.#source + 1) % this.#tally.voters.length;
    this.#stopSource();
  }

  /** Settles when it has gone, has no more to give or the scope ends. Never rejects. */
  async #takeFrom(index: AcceptorIndex, scope: Scope): Promise<void> {
    const acceptor = this.#parts.configuration.acceptors[index]!;
    const request = {
      learner: this.#tally.learnerName,
      from: BigInt(this.#tally.next),
      follow: true,
      withoutValues: false,
    };
    let at = this.#tally.next;
    try {
      for await (const { entries } of this.#parts.calls.to(acceptor).read(request, scope.signal)) {
        for (const { position, value } of entries) {
          if (scope.signal.aborted || position !== BigInt(at)) return;
          this.#tally.takeValue(at++, value);
        }
        this.#wake();
        const isTooMuch = () =>
          at > this.#tally.next &&
          (at > this.#tally.next + AHEAD_MAX || this.#tally.valueBytes > VALUE_BYTES_MAX);
        while (isTooMuch() && !scope.signal.aborted) await this.#news();
      }
    } catch (error) {
      // What it fails with, its other call does too.
      if (!scope.signal.aborted) this.#failures.add(acceptor.name, error);
    }
  }

  /** Settles when something has come, or the reading is over. */
  #news(): Promise<void> {
    return new Promise((resolve) => this.#wakers.add(resolve));
  }

  #wake(): void {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const wake of wakers) wake();
  }
}
