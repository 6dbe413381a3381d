/**
 * The way of a message from a link to the core: form, name, rate, signature, instance, value. Each
 * step costs more than the one before, and each may refuse it.
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
import type { Instances } from "./instances.ts";
import { type Ledger, NO_LIMITS } from "./ledger.ts";
import type { RunningInstance } from "./node_types.ts";
import { countsAs1a, type ProposalGate } from "./proposal_gate.ts";
import type { Rates } from "./rates.ts";

/** Between what messages are taken in. */
export interface TakingParts {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly verifier: Verifier;
  readonly ledger: Ledger;
  readonly instances: Instances;
  readonly gate: ProposalGate;
  readonly lookups: Rates<string>;
  readonly fetcher: Fetcher;
  /** Opens an instance that a peer's message mentions. */
  open(instance: bigint, by: string): RunningInstance | Rejection;
  /** Hands it to the core. */
  input(
    running: RunningInstance,
    message: Message,
    wire: WireMessage,
    source: string,
  ): Rejection | undefined;
  /** Counts a refusal, and gives it back. */
  refuse(rejection: Rejection, peer: string, id?: MessageId): Rejection;
}

/** See the module. */
export class Taking {
  readonly #parts: TakingParts;

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
    const { limits, verifier, refuse } = this.#parts;
    const wire = decodeMessage(message, limits);
    if (isRejection(wire)) return refuse(wire, source, this.#nameOf(message));
    const id = verifier.identify(wire);
    const isHere = this.#isHere(wire.instance, id, source);
    if (isRejection(isHere)) return refuse(isHere, source, id);
    if (isHere) return id;
    // Before any signature is checked.
    const tooMany = wire.kind === "1a" ? this.#judge(id, wire, source) : undefined;
    if (tooMany !== undefined) return refuse(tooMany, source, id);
    return this.accept(wire, id, source);
  }

  /** Takes one that is not here, has its name, and has not come too fast. */
  accept(wire: WireMessage, id: MessageId, source: string): MessageId | Rejection {
    const { instances, verifier, refuse } = this.#parts;
    const closed = instances.makeRoomFor(wire.instance, source);
    const verified = closed ?? verifier.verify(wire, id);
    if (isRejection(verified)) return refuse(verified, source, id);
    const instance = this.#parts.open(wire.instance, source);
    if (isRejection(instance)) return refuse(instance, source, id);
    const isSuspect = countsAs1a(instance.state.view, wire);
    const tooMany = isSuspect ? this.#judge(id, wire, source) : undefined;
    if (tooMany !== undefined) return refuse(tooMany, source, id);
    const waits = wire.kind === "1a" ? this.#takeValue(wire, id, source) : undefined;
    if (isRejection(waits)) return refuse(waits, source, id);
    return waits === "waits" ? id : this.#parts.input(instance, verified, wire, source) ?? id;
  }

  /** Lets the 1as go on that wait for a value. It is kept when one of them is delivered. */
  release(hash: ValueHash, value: Uint8Array): undefined {
    for (const { id, wire, source } of this.#parts.fetcher.held.withValue(hash)) {
      const running = this.#parts.open(wire.instance, source);
      if (isRejection(running)) continue;
      const message = { kind: "1a", id, ballot: wire.ballot } as const;
      this.#parts.input(running, message, { ...wire, value }, source);
    }
  }

  /** The id of a message that is too large for us; undefined if it has none. */
  #nameOf(message: ConsensusMessage): MessageId | undefined {
    const wire = decodeMessage(message, NO_LIMITS);
    return isRejection(wire) ? undefined : this.#parts.verifier.identify(wire);
  }

  /** Whether a message is in the log. Who sends again what has long left memory must not go on. */
  #isHere(instance: bigint, id: MessageId, source: string): boolean | Rejection {
    const { ledger, lookups, clock, fetcher } = this.#parts;
    if (ledger.recent(id) !== undefined) return true;
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
