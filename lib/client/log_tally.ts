/**
 * What acceptors say of a learner's log, and what of it is to be believed.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import type { AcceptorIndex, AcceptorSet, LearnerIndex } from "../core/types.ts";
import { hashValue } from "../crypto/hash.ts";
import { decodeBatch } from "../log/record.ts";
import type { Sessions } from "../log/sessions.ts";
import { toHex } from "../wire/hex.ts";
import type { LogEntry } from "../wire/gen/hetpaxos/v1/service_pb.ts";
import type { Failures } from "./calls.ts";
import { ClientError } from "./errors.ts";
import { type LogParts, type Refusal, refusedAs } from "./log_calls.ts";
import type { ReadEntry } from "./log_types.ts";

/** What stands for the hash of an entry where the learner is proved never to decide. */
const CLOSED = "";

/** What is read. */
export interface Reading {
  readonly learner: LearnerIndex;
  readonly from: number;
  /** What has been delivered before that. */
  readonly sessions: Sessions;
  readonly follow: boolean;
}

/** One acceptor's part in it. */
export interface Voter {
  readonly index: AcceptorIndex;
  readonly name: string;
  /** The next position that it will tell. */
  next: number;
  /** It has told all it will, in a reading that does not follow. */
  isDone: boolean;
  /** It has told that to its end. */
  isWell: boolean;
  /** Why it tells nothing. */
  refusal: Refusal | undefined;
}

/** What is known of one position. */
interface Position {
  readonly said: Map<string, AcceptorSet>;
  value: Uint8Array | undefined;
}

/** The count of what is said, position by position. */
export class LogTally {
  /** Everybody who is asked, by index. */
  readonly voters: readonly Voter[];
  /** The first position that has not been taken. */
  next: number;
  /** Of values that are here. */
  valueBytes = 0;
  readonly #parts: LogParts;
  readonly #reading: Reading;
  readonly #failures: Failures;
  readonly #positions = new Map<number, Position>();

  /** Nothing has been said. */
  constructor(parts: LogParts, reading: Reading, failures: Failures) {
    this.#parts = parts;
    this.#reading = reading;
    this.#failures = failures;
    this.next = reading.from;
    this.voters = parts.configuration.acceptors.map(({ name }, index) => ({
      ...{ index, name, next: reading.from, isDone: false, isWell: false, refusal: undefined },
    }));
  }

  /** The next entry, if enough is said of it and its value is here; `bad value` if that is another. */
  take(): ReadEntry | "bad value" | undefined {
    const known = this.#positions.get(this.next);
    if (known === undefined) return undefined;
    const { belief, context: { graph } } = this.#parts;
    const { learner, sessions } = this.#reading;
    const believed = [...known.said].filter(([, set]) => belief(graph, learner, set));
    if (believed.length > 1) {
      const what = `position ${this.next} of ${this.learnerName} is said to be two things`;
      throw new ClientError("DISAGREEMENT", what);
    }
    if (believed.length === 0) return undefined;
    const [hash, reporters] = believed[0]!;
    const isClosed = hash === CLOSED;
    if (!isClosed && (known.value === undefined || hashValue(known.value) !== hash)) {
      return known.value === undefined ? undefined : "bad value";
    }
    const batch = isClosed ? [] : decodeBatch(known.value!);
    const records = batch.filter((record) => sessions.admit(record) === "new");
    this.#positions.delete(this.next);
    this.valueBytes -= known.value?.length ?? 0;
    const position = this.next++;
    return {
      learner: this.learnerName,
      position,
      kind: isClosed ? "closed" : "decided",
      valueHash: isClosed ? undefined : hash,
      records,
      repeated: batch.length - records.length,
      reportedBy: membersOf(reporters).map((index) => graph.spec.acceptors[index]!),
      resume: () => {
        if (this.next !== position + 1) throw new Error("another entry has been taken since");
        return { learner: this.learnerName, position: this.next, sessions: sessions.encode() };
      },
    };
  }

  /** Whether nothing more can come. @throws ClientError if not even what is there can. */
  isOver(): boolean {
    const { belief, context: { graph } } = this.#parts;
    const { learner, follow, from } = this.#reading;
    const setOfThose = (isOne: (voter: Voter) => boolean) =>
      this.voters.reduce((set, each) => isOne(each) ? set | 1n << BigInt(each.index) : set, 0n);
    // Who has refused an earlier position may have this one.
    const mayTell = setOfThose(({ refusal }) =>
      refusal?.code !== "FORGOTTEN" || refusal.begins <= this.next
    );
    if (!belief(graph, learner, mayTell)) throw this.#forgotten();
    if (follow || !this.voters.every(({ isDone }) => isDone)) return false;
    if (belief(graph, learner, setOfThose(({ isWell }) => isWell))) {
      // Their logs may end at different positions, and nothing more is common to enough of them.
      const end = this.#positions.get(this.next);
      const isCommon = [...end?.said.values() ?? []].some((set) => belief(graph, learner, set));
      return !isCommon;
    }
    for (const { refusal } of this.voters) {
      const same = setOfThose((voter) => voter.refusal?.code === refusal?.code);
      if (refusal !== undefined && this.next === from && belief(graph, learner, same)) {
        throw refusedAs(refusal);
      }
    }
    throw new ClientError("UNREACHABLE", this.#told("too few acceptors answer"), {
      failures: this.#failures.all,
    });
  }

  /** That the value of the next entry is nowhere. */
  valueless(): ClientError {
    const what = this.#told("no acceptor gives its value");
    return new ClientError("UNREACHABLE", what, { failures: this.#failures.all });
  }

  /** From where enough acceptors have what there is. */
  #forgotten(): ClientError {
    const { belief, context: { graph } } = this.#parts;
    const { learner } = this.#reading;
    const begins = this.voters.map(({ refusal }) => refusal?.begins ?? 0).toSorted((a, b) => a - b);
    const enough = begins.find((position) =>
      belief(
        graph,
        learner,
        this.voters.reduce(
          (set, { refusal, index }) =>
            (refusal?.begins ?? 0) <= position ? set | 1n << BigInt(index) : set,
          0n,
        ),
      )
    ) ?? 0;
    const what =
      `position ${this.next} of ${this.learnerName} is kept no more; what is begins at ` +
      `${enough}`;
    return new ClientError("FORGOTTEN", what, { begins: enough });
  }

  /** That the time was over first. */
  late(): ClientError {
    return new ClientError("TIMEOUT", this.#told("not enough was said in time"), {
      failures: this.#failures.all,
    });
  }

  #told(what: string): string {
    const where = `position ${this.next} of ${this.learnerName}: ${what}`;
    const why = this.#failures.all.map(({ acceptor, reason }) => `${acceptor}: ${reason}`);
    return [where, ...why].join("; ");
  }

  /** Whose log it is. */
  get learnerName(): string {
    return this.#parts.context.graph.spec.learners[this.#reading.learner]!;
  }

  /** Takes what an acceptor says. @throws Error if it is not the next that it was to say. */
  hear(voter: Voter, { position, valueHash }: LogEntry): void {
    if (position !== BigInt(voter.next)) throw new Error("it leaves out entries");
    const at = voter.next++;
    if (at < this.next) return;
    const known = this.#known(at);
    const hash = toHex(valueHash);
    known.said.set(hash, (known.said.get(hash) ?? 0n) | 1n << BigInt(voter.index));
  }

  #known(position: number): Position {
    const known = this.#positions.get(position) ?? { said: new Map(), value: undefined };
    this.#positions.set(position, known);
    return known;
  }

  /** Whether only the value of the next entry is missing. */
  get lacksValue(): boolean {
    const known = this.#positions.get(this.next);
    if (known === undefined || known.value !== undefined) return false;
    const { belief, context: { graph } } = this.#parts;
    return [...known.said].some(([hash, set]) =>
      hash !== CLOSED && belief(graph, this.#reading.learner, set)
    );
  }

  /** Takes a value, whosever it is. */
  takeValue(position: number, value: Uint8Array | undefined): void {
    if (position < this.next || value === undefined) return;
    const known = this.#known(position);
    if (known.value !== undefined) return;
    known.value = value;
    this.valueBytes += value.length;
  }

  /** What is here of values is forgotten. */
  dropValues(): void {
    for (const known of this.#positions.values()) known.value = undefined;
    this.valueBytes = 0;
  }
}
