/**
 * The log of a process as its edge sees it: all that it shows is kept.
 *
 * @module
 */

import { hasMember } from "../../core/acceptor_set.ts";
import type { LearnerIndex } from "../../core/types.ts";
import { currentCoordinator, isPending } from "../../log/coordinator.ts";
import type { Appended } from "../../log/coordinator_state.ts";
import type { Delivery, Entry } from "../../log/learner_log.ts";
import { activeLearners } from "../../log/progress.ts";
import { type EntryProof, proveEntry } from "../../log/proof.ts";
import type { LogRecord } from "../../log/record.ts";
import type { Admission } from "../../log/sessions.ts";
import type { LogContext, Position } from "../../log/types.ts";
import type { CertifiedStand, LearnerStand, LogPort, LogStand } from "../log_port.ts";
import type { LogRoom } from "./log_room.ts";

/**
 * What the edge sees of a log; undefined if there is none.
 *
 * @param flush Keeps all that has happened.
 */
export function logView(room: LogRoom | undefined, flush: () => void): LogPort | undefined {
  return room && new LogView(room, flush);
}

class LogView implements LogPort {
  readonly context: LogContext;
  readonly #room: LogRoom;
  readonly #flush: () => void;

  constructor(room: LogRoom, flush: () => void) {
    this.context = room.context;
    this.#room = room;
    this.#flush = flush;
  }

  append(record: LogRecord): Appended {
    return this.#room.append(record, undefined);
  }

  isPending(record: Pick<LogRecord, "client" | "sequence">): boolean {
    const { appending } = this.#room;
    return appending !== undefined && isPending(appending.state, record);
  }

  judge(learner: LearnerIndex, record: Pick<LogRecord, "client" | "sequence">): Admission {
    const judged = this.#room.state.learners[learner]!.sessions.judge(record);
    // What it does not have needs not be kept before that is said: most that are asked about are new.
    return judged === "new" ? judged : this.#kept.learners[learner]!.sessions.judge(record);
  }

  onDelivered(watcher: (delivery: Delivery) => void): () => void {
    return this.#room.onDelivered(watcher);
  }

  onChange(watcher: () => void): () => void {
    return this.#room.onChange(watcher);
  }

  prefixOf(learner: LearnerIndex): Position {
    return this.#room.keptPrefixes[learner]!;
  }

  retainedOf(learner: LearnerIndex): Position {
    const { retained } = this.#room.state.learners[learner]!;
    // One that goes on above a gap has passed what is kept.
    return Math.min(retained, this.prefixOf(learner));
  }

  entries(
    learner: LearnerIndex,
    from: Position,
    max: number,
    bytesMax: number,
  ): readonly Entry[] {
    const { entries } = this.#room.state.learners[learner]!;
    const found: Entry[] = [];
    const end = Math.min(this.prefixOf(learner), from + max);
    for (let at = from, bytes = 0; at < end; at++) {
      const entry = entries.get(at);
      bytes += entry?.value?.length ?? 0;
      if (entry === undefined || (found.length > 0 && bytes > bytesMax)) break;
      found.push(entry);
    }
    return found;
  }

  prove(learner: LearnerIndex, position: Position): EntryProof | undefined {
    return proveEntry(this.context, this.#kept, learner, position);
  }

  checkpoint(learner: LearnerIndex): CertifiedStand {
    const { floor, learners } = this.#kept;
    const log = learners[learner]!;
    const { certificate } = log;
    const sessions = log.stands.get(floor)!.encoded;
    return { position: certificate?.position ?? 0, certificate, sessions };
  }

  stand(): LogStand {
    const { state, appending, gate: { windowEnd } } = this.#room;
    const { floor, learners, abandoned, inaccurate, book } = state;
    const nowMs = appending?.view.nowMs ?? 0;
    const active = appending === undefined
      ? learners.map((_, a) => a)
      : activeLearners(appending.state.progress, state, nowMs);
    const certified = learners.map((_, a) => this.#certified(a));
    const furthest = Math.max(...certified);
    return {
      floor,
      windowEnd,
      pending: appending?.state.pending.size ?? 0,
      inFlight: appending?.state.inFlight.size ?? 0,
      coordinator: appending === undefined ? 0 : currentCoordinator(appending.view),
      learners: learners.map((_, a): LearnerStand => {
        const isWaitedFor = !hasMember(abandoned | inaccurate, a);
        return {
          prefix: this.prefixOf(a),
          retained: this.retainedOf(a),
          certified: certified[a]!,
          holdsBack: isWaitedFor && certified[a]! < furthest,
          abandoned: hasMember(abandoned, a),
          inaccurate: hasMember(inaccurate, a),
          stalled: !active.includes(a),
        };
      }),
      lying: [...new Set(book.lies.map(({ signer }) => signer))].sort((a, b) => a - b),
    };
  }

  /** The highest position at which a learner is certified, as far as is known. */
  #certified(learner: LearnerIndex): Position {
    const { floor, learners, book } = this.#room.state;
    const above = book.positions().findLast((position) =>
      book.heads(learner, position).some((head) =>
        book.certificate(learner, position, head) !== undefined
      )
    );
    return above ?? (learners[learner]!.certificate === undefined ? 0 : floor);
  }

  get #kept() {
    if (this.#room.hasUnkept) this.#flush();
    return this.#room.state;
  }
}
