/**
 * Appending to the log without believing any acceptor alone.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import type { AcceptorIndex, AcceptorSet, LearnerIndex } from "../core/types.ts";
import { type LogRecord, recordFlaw } from "../log/record.ts";
import { SEQUENCE_SPAN } from "../log/sessions.ts";
import { toHex } from "../wire/hex.ts";
import { quote } from "../wire/place.ts";
import type { AppendResponse } from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { Failures, firstToAsk } from "./calls.ts";
import { ClientError } from "./errors.ts";
import { type LogParts, type Refusal, refusalIn, refusedAs } from "./log_calls.ts";
import type { AppendedRecord, LogPlace } from "./log_types.ts";
import type { Scope } from "./scope.ts";

/** Milliseconds until somebody who took nothing in is asked again; twice as long each time. */
const AGAIN_MS = 20;

/** Calls to one acceptor that may be open though nobody needs their answers. */
const LEFTOVER_MAX = 16;

/** What an acceptor may claim of one record and learner; more is passed over. */
const CLAIMS_MAX = 4;

/** What is said of one record and learner. */
class Heard {
  /** Who says that it is there. */
  reporters: AcceptorSet = 0n;
  /** By `position hash`: who says that it is there. */
  readonly places: Map<string, AcceptorSet> = new Map();

  take(acceptor: AcceptorIndex, place: string | undefined): void {
    const bit = 1n << BigInt(acceptor);
    this.reporters |= bit;
    if (place === undefined) return;
    const claims = [...this.places.values()].filter((set) => (set & bit) !== 0n).length;
    if (claims < CLAIMS_MAX) this.places.set(place, (this.places.get(place) ?? 0n) | bit);
  }
}

/** One call of append. */
export class Appending {
  readonly #parts: LogParts;
  readonly #records: readonly LogRecord[];
  readonly #wanted: readonly LearnerIndex[];
  readonly #scope: Scope;
  readonly #failures = new Failures();
  readonly #refusals = new Map<AcceptorIndex, Refusal>();
  readonly #heard: readonly (ReadonlyMap<LearnerIndex, Heard>)[];
  readonly #settled = Promise.withResolvers<void>();
  readonly #calling = new AbortController();
  /** By acceptor: how many calls are open. */
  readonly #open = new Map<string, number>();

  /** @throws ClientError (INVALID) for what no log would take. */
  constructor(
    parts: LogParts,
    records: readonly LogRecord[],
    wanted: readonly LearnerIndex[],
    scope: Scope,
  ) {
    refuseUnfit(parts, records);
    this.#parts = parts;
    this.#records = records;
    this.#wanted = wanted;
    this.#scope = scope;
    this.#heard = records.map(() => new Map(wanted.map((learner) => [learner, new Heard()])));
    scope.signal.addEventListener("abort", () => this.#settled.resolve());
    if (scope.signal.aborted) this.#settled.resolve();
  }

  /** Where the records are, once enough acceptors say so. */
  async run(): Promise<readonly AppendedRecord[]> {
    const { acceptors } = this.#parts.configuration;
    const calls = acceptors.map((_, index) => this.#waitAt(index));
    calls.push(this.#hand());
    await this.#settled.promise;
    const failures = this.#failures.all;
    const { expired } = this.#scope;
    this.#scope.end();
    if (this.#isComplete) this.#leave(calls);
    else {
      this.#calling.abort();
      await Promise.all(calls);
    }
    if (this.#isComplete) return this.#records.map((record, i) => this.#told(record, i));
    this.#scope.check();
    const refused = this.#refusedBy;
    if (refused !== undefined) throw refusedAs(refused);
    const code = expired ? "TIMEOUT" : "UNREACHABLE";
    throw new ClientError(code, this.#notYet(failures), { failures });
  }

  /**
   * Lets calls that are open come to their end: to reset them at once costs more than they do, and
   * acceptors bear it only so often.
   */
  #leave(calls: readonly Promise<void>[]): void {
    const { closing, leftover, patienceMs, track } = this.#parts;
    const left = [...this.#open];
    const count = (by: number) => {
      for (const [name, open] of left) leftover.set(name, (leftover.get(name) ?? 0) + by * open);
    };
    count(1);
    const abort = () => this.#calling.abort();
    const timer = setTimeout(abort, patienceMs);
    closing.addEventListener("abort", abort);
    if (closing.aborted) abort();
    const ended = Promise.all(calls).finally(() => {
      clearTimeout(timer);
      closing.removeEventListener("abort", abort);
      count(-1);
    });
    // Never rejects: the calls do not.
    void track(ended);
  }

  /** Waits at one acceptor until the scope ends. */
  async #waitAt(index: AcceptorIndex): Promise<void> {
    const { name } = this.#parts.configuration.acceptors[index]!;
    for (let attempt = 0; !this.#scope.signal.aborted; attempt++) {
      const isBusy = (this.#parts.leftover.get(name) ?? 0) >= LEFTOVER_MAX;
      if (!isBusy) await this.#ask(index, false);
      // Learners that do not get on are missing in an answer, or the acceptor has gone.
      await this.#scope.pause(AGAIN_MS * 2 ** Math.min(attempt, 6));
    }
  }

  /** Hands the records to one acceptor, and to the next one too if that takes too long. */
  async #hand(): Promise<void> {
    const { configuration, patienceMs } = this.#parts;
    const count = configuration.acceptors.length;
    const first = firstToAsk(configuration);
    const asking = new Map<number, Promise<void>>();
    for (let turn = 0; !this.#scope.signal.aborted; turn++) {
      const index = (first + turn) % count;
      if (turn >= count) await this.#scope.pause(AGAIN_MS * 2 ** Math.min(turn - count, 6));
      if (asking.has(index)) {
        await this.#scope.pause(patienceMs);
        continue;
      }
      const call = this.#ask(index, true).then((isDone) => {
        asking.delete(index);
        // It is in the log there: the others hear of it by themselves.
        return isDone ? this.#scope.pause(patienceMs) : undefined;
      });
      asking.set(index, call);
      await Promise.race([call, this.#scope.pause(patienceMs)]);
    }
    await Promise.all(asking.values());
  }

  /** Whether it has answered. Never rejects. */
  async #ask(index: AcceptorIndex, isInFull: boolean): Promise<boolean> {
    const { configuration, calls, context } = this.#parts;
    const acceptor = configuration.acceptors[index]!;
    const records = this.#records.map(({ client, sequence, payload }) => ({
      ...{ client, sequence: BigInt(sequence) },
      payload: isInFull ? new Uint8Array(payload) : undefined,
    }));
    const learners = this.#wanted.map((learner) => context.graph.spec.learners[learner]!);
    const { signal } = this.#calling;
    this.#open.set(acceptor.name, (this.#open.get(acceptor.name) ?? 0) + 1);
    try {
      this.#take(index, await calls.to(acceptor).append({ records, learners }, signal));
      this.#failures.delete(acceptor.name);
      if (isInFull) this.#refusals.delete(index);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      this.#failures.add(acceptor.name, error);
      const refusal = refusalIn(error);
      if (refusal !== undefined && isInFull) this.#refusals.set(index, refusal);
      // What is refused for good by so many is refused.
      if (this.#refusedBy !== undefined && this.#refusedBy.code !== "FULL") this.#settled.resolve();
      return false;
    } finally {
      this.#open.set(acceptor.name, this.#open.get(acceptor.name)! - 1);
    }
  }

  #take(index: AcceptorIndex, { records }: AppendResponse): void {
    const { learners } = this.#parts.context.graph.spec;
    this.#records.forEach(({ client, sequence }, i) => {
      const said = records[i];
      if (said?.client !== client || said.sequence !== BigInt(sequence)) return;
      for (const { learner, position, valueHash } of said.delivered) {
        const heard = this.#heard[i]!.get(learners.indexOf(learner));
        heard?.take(index, position === undefined ? undefined : `${position} ${toHex(valueHash)}`);
      }
    });
    if (this.#isComplete) this.#settled.resolve();
  }

  get #isComplete(): boolean {
    const { belief, context } = this.#parts;
    return this.#heard.every((of) =>
      [...of].every(([learner, { reporters }]) => belief(context.graph, learner, reporters))
    );
  }

  /** Why enough acceptors have taken nothing in; undefined if not enough have refused. */
  get #refusedBy(): Refusal | undefined {
    const { belief, context } = this.#parts;
    const byCode = new Map<string, AcceptorSet>();
    for (const [index, { code }] of this.#refusals) {
      byCode.set(code, (byCode.get(code) ?? 0n) | 1n << BigInt(index));
    }
    for (const refusal of this.#refusals.values()) {
      const refusers = byCode.get(refusal.code)!;
      if (this.#wanted.some((a) => belief(context.graph, a, refusers))) return refusal;
    }
    return undefined;
  }

  #told({ client, sequence }: LogRecord, i: number): AppendedRecord {
    const { belief, context: { graph } } = this.#parts;
    const { learners, acceptors } = graph.spec;
    const places = [...this.#heard[i]!].map(([learner, heard]): LogPlace => {
      const believed = [...heard.places].filter(([, set]) => belief(graph, learner, set));
      if (believed.length > 1) {
        const what = `record ${sequence} of ${quote(client)} is said to be at two places in the ` +
          `log of ${learners[learner]}`;
        throw new ClientError("DISAGREEMENT", what);
      }
      const [place, reporters] = believed[0] ?? [undefined, heard.reporters];
      return {
        learner: learners[learner]!,
        position: place === undefined ? undefined : Number(place.split(" ")[0]),
        reportedBy: membersOf(reporters).map((index) => acceptors[index]!),
      };
    });
    return { client, sequence, places };
  }

  #notYet(failures: Failures["all"]): string {
    const { belief, context: { graph } } = this.#parts;
    const lacking = this.#wanted.filter((learner) =>
      this.#heard.some((of) => !belief(graph, learner, of.get(learner)!.reporters))
    );
    const names = lacking.map((learner) => graph.spec.learners[learner]!);
    return [
      `not in the log of ${names.join(", ")} yet, as far as ` +
      `${graph.acceptorCount - failures.length} of ${graph.acceptorCount} acceptors say`,
      ...failures.map(({ acceptor, reason }) => `${acceptor}: ${reason}`),
    ].join("; ");
  }
}

function refuseUnfit({ context }: LogParts, records: readonly LogRecord[]): void {
  if (records.length === 0) throw new ClientError("INVALID", "there is no record");
  const ranges = new Map<string, readonly [number, number]>();
  for (const record of records) {
    const flaw = recordFlaw(record, context.settings.batchBytesMax);
    if (flaw !== undefined) throw new ClientError("INVALID", flaw);
    const { client, sequence } = record;
    const [least, most] = ranges.get(client) ?? [sequence, sequence];
    const range = [Math.min(least, sequence), Math.max(most, sequence)] as const;
    ranges.set(client, range);
    if (range[1] - range[0] < SEQUENCE_SPAN) continue;
    const what = `records of ${quote(client)} in one call are ${SEQUENCE_SPAN} or more apart`;
    throw new ClientError("INVALID", what);
  }
}
