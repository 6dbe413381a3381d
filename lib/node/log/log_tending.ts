/**
 * Looks after a log that does not go on: closes an instance in which a learner is starved, and asks
 * for what peers may have that this process lacks.
 *
 * @module
 */

import type { InstanceState } from "../../core/instance.ts";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import { findStarved } from "../../core/starvation.ts";
import type { LearnerIndex, LearnerSet } from "../../core/types.ts";
import { prefixesOf } from "../../log/state.ts";
import type { Position } from "../../log/types.ts";
import type { Cancel, Clock } from "../clock.ts";
import type { LogRoom } from "./log_room.ts";

/** How often it looks, in milliseconds. */
const LOOK_MS = 1_000;

/** Looks without a change after which a learner's first lacking instance is looked into. */
const PATIENT_LOOKS = 4;

/** Looks without a change before peers are asked, and between two times at most. */
const FIRST_ASK_LOOKS = 2;
const ASK_LOOKS_MAX = 60;

/** What {@linkcode LogTending} needs. */
export interface LogTendingParts {
  readonly room: LogRoom;
  readonly graph: LearnerGraph;
  readonly clock: Clock;
  /** Whether this acceptor signs; false for one that is none. */
  mayClose(): boolean;
  /** An instance, from the journal if need be; undefined if there is no room for it. */
  bringBack(instance: bigint): InstanceState | undefined;
}

/** Tends the log of one process. */
export class LogTending {
  readonly #parts: LogTendingParts;
  #prefixes: Position[];
  /** By learner: looks since its prefix moved. */
  readonly #still: number[];
  #nextAsk = FIRST_ASK_LOOKS;
  #cancel: Cancel = () => {};

  /** Begins to look. */
  constructor(parts: LogTendingParts) {
    this.#parts = parts;
    this.#prefixes = prefixesOf(parts.room.state);
    this.#still = this.#prefixes.map(() => 0);
    this.#keepLooking();
  }

  /** Looks no more. */
  close(): void {
    this.#cancel();
  }

  #keepLooking(): void {
    this.#cancel = this.#parts.clock.after(LOOK_MS, () => {
      this.#look();
      this.#keepLooking();
    });
  }

  #look(): void {
    const { room } = this.#parts;
    const prefixes = prefixesOf(room.state);
    prefixes.forEach((prefix, learner) => {
      this.#still[learner] = prefix === this.#prefixes[learner] ? this.#still[learner]! + 1 : 0;
    });
    this.#prefixes = prefixes;
    const still = prefixes.flatMap((_, learner) =>
      this.#still[learner]! >= PATIENT_LOOKS ? [learner] : []
    );
    for (const instance of new Set(still.map((learner) => prefixes[learner]!))) {
      this.#closeStarved(instance);
    }
    this.#askAgain(prefixes);
  }

  /** If somebody seems to be further, less and less often as long as nothing comes of it. */
  #askAgain(prefixes: readonly Position[]): void {
    const { room } = this.#parts;
    const highest = Math.max(room.state.book.positions().at(-1) ?? 0, room.gate.beyond + 1);
    const looks = prefixes.map((prefix, a) => prefix < highest ? this.#still[a]! : 0);
    const longest = Math.max(...looks);
    if (longest === 0) this.#nextAsk = FIRST_ASK_LOOKS;
    if (longest < this.#nextAsk) return;
    this.#nextAsk = Math.min(2 * longest, longest + ASK_LOOKS_MAX);
    room.askBelow();
  }

  /** Stops in an instance, if all who lack an outcome there are starved as far as is known. */
  #closeStarved(instance: Position): void {
    const { room, graph, mayClose, bringBack } = this.#parts;
    if (!mayClose() || instance > room.opened) return;
    const lacking = room.state.learners.reduce<LearnerSet>(
      (set, log, a) => log.has(instance) ? set : set | 1n << BigInt(a),
      0n,
    );
    const state = bringBack(BigInt(instance));
    if (state === undefined || lacking === 0n) return;
    if ((lacking & ~findStarved(graph, state)) !== 0n) return;
    const last = state.acceptor?.prev?.message.id;
    for (let learner: LearnerIndex = 0; learner < graph.learnerCount; learner++) {
      if (((lacking >> BigInt(learner)) & 1n) === 0n) continue;
      room.step({ kind: "starved", learner, instance, last });
    }
  }
}
