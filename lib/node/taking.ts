/**
 * The way of a message from a link to the core: form, name, rate, signature, instance, value. Each
 * step costs more than the one before, and each may refuse it. Then all happens that follows.
 *
 * @module
 */

import { isRejection, reject, type Rejection } from "../core/rejection.ts";
import type { Message, MessageId, ValueHash } from "../core/types.ts";
import type { Verifier } from "../crypto/verify.ts";
import { decodeMessage, type WireMessage, type WireProposal } from "../wire/codec.ts";
import type { ConsensusMessage } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { Limits } from "../wire/limits.ts";
import type { Clock } from "./clock.ts";
import type { Fetcher } from "./fetcher.ts";
import type { LogRoom } from "./log/log_room.ts";
import type { Instances } from "./instances.ts";
import { type Ledger, NO_LIMITS } from "./ledger.ts";
import type { RunningInstance } from "./node_types.ts";
import { countsAs1a, type ProposalGate } from "./proposal_gate.ts";
import type { Rates } from "./rates.ts";
import type { Refusals } from "./refusals.ts";
import type { Stepper } from "./stepper.ts";

/** What {@linkcode Taking} needs. */
export interface TakingParts {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly verifier: Verifier;
  readonly ledger: Ledger;
  readonly instances: Instances;
  readonly gate: ProposalGate;
  readonly lookups: Rates<string>;
  readonly fetcher: Fetcher;
  readonly refusals: Refusals;
  readonly stepper: Stepper;
  /** Undefined if there is no log. */
  readonly room?: LogRoom | undefined;
}

/** A message with its name. */
interface Taken {
  readonly wire: WireMessage;
  readonly id: MessageId;
  readonly source: string;
}

/** Takes in the messages of one process. */
export class Taking {
  readonly #parts: TakingParts;
  /** Instances in which something has happened, whose proposers have not looked since. */
  readonly #unsettled: Set<RunningInstance> = new Set();
  #isSettling = false;

  /** Nothing has come yet. */
  constructor(parts: TakingParts) {
    this.#parts = parts;
  }

  /**
   * Takes one message from a peer.
   *
   * @returns its id, or why it is refused. A message that waits is not refused.
   */
  take(message: ConsensusMessage, source: string): MessageId | Rejection {
    const { limits, verifier } = this.#parts;
    const wire = decodeMessage(message, limits);
    if (isRejection(wire)) return this.refuse(wire, source, this.#nameOf(message));
    const outside = this.#parts.room?.gate.refuses(wire.instance, source);
    const id = verifier.identify(wire);
    if (outside !== undefined) return this.refuse(outside, source, id);
    const isHere = this.#isHere(wire.instance, id, source);
    if (isRejection(isHere)) return this.refuse(isHere, source, id);
    if (isHere) return id;
    if (this.#isTooLate(wire, id)) {
      const detail = `all learners have an outcome in instance ${wire.instance}`;
      return this.refuse(reject("SETTLED", detail), source, id);
    }
    // Before any signature is checked.
    const tooMany = wire.kind === "1a" ? this.#judge(id, wire, source) : undefined;
    if (tooMany !== undefined) return this.refuse(tooMany, source, id);
    return this.#accept({ wire, id, source });
  }

  /** Counts a refusal, and gives it back; `id` is that of the message refused, if it has one. */
  refuse(rejection: Rejection, peer: string, id?: MessageId): Rejection {
    const { fetcher, refusals } = this.#parts;
    if (id !== undefined) fetcher.refused(id, rejection.rejected, peer);
    refusals.add(rejection, peer);
    return rejection;
  }

  /**
   * Lets happen what follows from what has happened to an instance, here and elsewhere, until nothing
   * does: 1as that were held back and are missing now come in, and proposers look.
   */
  settle(changed: RunningInstance): void {
    const { stepper } = this.#parts;
    this.#unsettled.add(changed);
    if (this.#isSettling) return;
    this.#isSettling = true;
    for (;;) {
      const released = stepper.nextReleased();
      if (released !== undefined) {
        this.#accept(released);
        continue;
      }
      const [running] = this.#unsettled;
      if (running === undefined) break;
      this.#unsettled.delete(running);
      // Its own votes may have been all that a decision lacked.
      if (stepper.drive(running)) this.#unsettled.add(running);
    }
    this.#isSettling = false;
  }

  /** A 1a that nothing refers to, of an instance in which nobody needs one. */
  #isTooLate(wire: WireMessage, id: MessageId): boolean {
    const { room, fetcher } = this.#parts;
    return room !== undefined && wire.kind === "1a" && !room.gate.admits1a(wire.instance) &&
      !fetcher.isWanted(id, wire.instance);
  }

  /** Takes one that is not here, has its name, and has not come too fast. */
  #accept({ wire, id, source }: Taken): MessageId | Rejection {
    const { instances, verifier, stepper } = this.#parts;
    const closed = instances.makeRoomFor(wire.instance, source);
    if (closed !== undefined) return this.#refuseForNow(closed, { wire, id, source });
    const verified = verifier.verify(wire, id);
    if (isRejection(verified)) return this.refuse(verified, source, id);
    const instance = stepper.open(wire.instance, source);
    if (isRejection(instance)) return this.#refuseForNow(instance, { wire, id, source });
    const isSuspect = countsAs1a(instance.state.view, wire);
    const tooMany = isSuspect ? this.#judge(id, wire, source) : undefined;
    if (tooMany !== undefined) return this.refuse(tooMany, source, id);
    const waits = wire.kind === "1a" ? this.#takeValue(wire, id, source) : undefined;
    if (isRejection(waits)) return this.refuse(waits, source, id);
    return waits === "waits" ? id : this.#input(instance, verified, wire, source) ?? id;
  }

  /** There is no room for its instance: an acceptor's message is asked for again, a 1a is not. */
  #refuseForNow(rejection: Rejection, { wire, id, source }: Taken): Rejection {
    const { instance, kind } = wire;
    if (kind === "acceptor") this.#parts.fetcher.hadToGo({ instance, id }, [source]);
    return this.refuse(rejection, source, id);
  }

  /** Lets the 1as go on that wait for a value. It is kept when one of them is delivered. */
  release(hash: ValueHash, value: Uint8Array): undefined {
    for (const { id, wire, source } of this.#parts.fetcher.held.withValue(hash)) {
      const running = this.#parts.stepper.open(wire.instance, source);
      if (isRejection(running)) continue;
      const message = { kind: "1a", id, ballot: wire.ballot } as const;
      this.#input(running, message, { ...wire, value }, source);
    }
  }

  #input(
    running: RunningInstance,
    message: Message,
    wire: WireMessage,
    source: string,
  ): Rejection | undefined {
    const refused = this.#parts.stepper.input(running, message, wire, source);
    this.settle(running);
    return refused;
  }

  /** The id of a message that is too large for us; undefined if it has none. */
  #nameOf(message: ConsensusMessage): MessageId | undefined {
    const wire = decodeMessage(message, NO_LIMITS);
    return isRejection(wire) ? undefined : this.#parts.verifier.identify(wire);
  }

  /** Whether a message is in the ledger. Who sends again what has long left memory must not go on. */
  #isHere(instance: bigint, id: MessageId, source: string): boolean | Rejection {
    const { ledger, instances, lookups, clock, fetcher } = this.#parts;
    if (ledger.recent(id) !== undefined) return true;
    // An instance that is in memory knows all that is in the ledger of it.
    const running = instances.get(instance);
    if (running !== undefined) return running.state.dag.has(id);
    const nowMs = clock.elapsedMs();
    if (!lookups.allows(source, nowMs) && !fetcher.isWanted(id, instance)) {
      return reject("RATE_LIMITED", `too much is looked for in the journal because of ${source}`);
    }
    const isHere = ledger.has({ instance, id });
    if (isHere) lookups.charge(source, nowMs, 1);
    return isHere;
  }

  /** Counts a 1a, or what costs as much; a 1a that is one too many is held for a while. */
  #judge(id: MessageId, wire: WireMessage, source: string): Rejection | undefined {
    const { gate, fetcher } = this.#parts;
    const tooMany = gate.judge(wire, source, fetcher.isWanted(id, wire.instance));
    if (tooMany !== undefined && wire.kind === "1a") fetcher.held.putTooFast(id, wire);
    return tooMany;
  }

  #takeValue(wire: WireProposal, id: MessageId, source: string): "waits" | Rejection | undefined {
    const { ledger, instances, fetcher } = this.#parts;
    const { value, ballot: { valueHash }, instance } = wire;
    if (value !== undefined) return this.release(valueHash, value);
    if (ledger.value(valueHash) !== undefined) return undefined;
    if (instances.get(instance)?.wires.has(id)) return "waits";
    return fetcher.waitForValue(id, wire, source) ?? "waits";
  }
}
