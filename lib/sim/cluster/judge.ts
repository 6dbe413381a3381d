/**
 * Judges a simulated cluster: every step of every honest node, instance by instance, by the
 * referee; and what links say.
 *
 * @module
 */

import type { Effect } from "../../core/effects.ts";
import { isRejection } from "../../core/rejection.ts";
import type { AcceptorSet, ValueHash } from "../../core/types.ts";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { Link, LinkEnd } from "../../link/link.ts";
import type { NodeObserver } from "../../node/node_types.ts";
import { decodeMessage } from "../../wire/codec.ts";
import {
  type Envelope,
  Goodbye_Reason as Reason,
} from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { Marks } from "../marks.ts";
import type { Inspector, MakeInspector } from "../inspector.ts";
import { Referee, Violation } from "../referee.ts";
import { exceededLimit } from "../bounds.ts";
import { Soundness } from "../soundness.ts";
import { Amnesia } from "./amnesia.ts";
import type { Member } from "./member.ts";
import type { NameOf } from "./names.ts";

/** What an honest peer is never cut off for. */
const FAULTS: ReadonlySet<Reason> = new Set([
  Reason.PROTOCOL_ERROR,
  Reason.LIMIT,
  Reason.CONFIG_MISMATCH,
  Reason.DUPLICATE_IDENTITY,
]);

/** Told that somebody has seen a learner, by name, decide in an instance. */
export type Decided = (who: string, instance: bigint, learner: string) => void;

/** Told of every step of an honest member. */
export type Stepped = (who: string, instance: bigint, effects: readonly Effect[]) => void;

/** The judge of one cluster. */
export class Judge {
  readonly #graph: LearnerGraph;
  readonly #marks: Marks;
  readonly #honest: AcceptorSet;
  readonly #nameOf: NameOf;
  readonly #decided: Decided;
  /** Makes what looks at every step of an instance; undefined if nothing does. */
  inspect: MakeInspector | undefined;
  readonly #inspectors: Map<bigint, Inspector> = new Map();
  /** Told of every step of honest members, to see what has come of deeds. */
  attribute: Stepped = () => {};
  /** What has been forgotten, and by whom. */
  readonly amnesia: Amnesia;
  readonly #referees: Map<bigint, Referee> = new Map();

  /**
   * @param honest The acceptors that follow the rules.
   * @param nameOf Names messages.
   * @param decided Told of decisions that members see.
   */
  constructor(
    graph: LearnerGraph,
    marks: Marks,
    honest: AcceptorSet,
    nameOf: NameOf,
    decided: Decided,
  ) {
    this.#graph = graph;
    this.#marks = marks;
    this.#honest = honest;
    this.#nameOf = nameOf;
    this.#decided = decided;
    this.amnesia = new Amnesia(marks, this.#referees);
  }

  /** Of an instance. */
  referee(instance: bigint): Referee {
    let referee = this.#referees.get(instance);
    if (referee === undefined) {
      referee = new Referee(this.#graph, this.#marks, this.#honest);
      this.#referees.set(instance, referee);
    }
    return referee;
  }

  /** Watches the node of an honest member. */
  watch(member: Member, failed: () => void): NodeObserver {
    const { name } = member;
    const soundness = new Soundness();
    return {
      stepped: (instance, effects) => {
        this.attribute(name, instance, effects);
        const state = member.life?.node.instances.get(instance)?.state;
        if (state !== undefined && effects.some(({ kind }) => kind === "send")) {
          mustHaveAsked(member);
          this.amnesia.signs(member, instance, state.dag);
        }
        const all = member.life?.node.instances.all.map(({ state }) => state) ?? [];
        const wrong = state &&
          (exceededLimit(state, member.configuration.limits) ?? soundness.after(state, all));
        if (wrong !== undefined) throw new Violation(`${name}, instance ${instance}: ${wrong}`);
        this.referee(instance).stepped(name, effects);
        this.#inspect(member, instance, effects);
        for (const effect of effects) {
          if (effect.kind !== "decide") continue;
          this.#decided(name, instance, this.#graph.spec.learners[effect.decision.learner]!);
        }
      },
      appended: (records) => {
        for (const { own, id, wire } of records) {
          const entry = member.life!.node.instances.get(wire.instance)?.state.dag.get(id);
          if (!own || wire.kind === "1a" || entry === undefined) continue;
          this.referee(wire.instance).said(name, entry);
        }
      },
      estranged: (instance, entry, forked) => {
        const { safe } = this.referee(instance);
        const isSafe = ((safe >> BigInt(member.index)) & 1n) === 1n;
        if (forked && isSafe) {
          const id = entry.message.id.slice(0, 8);
          throw new Violation(`${name} has forgotten ${id}, though others could tell`);
        }
        if (!forked) this.amnesia.meets(member, instance, entry.message.id);
        this.#marks.mark(forked ? "an acceptor forks" : "an acceptor meets a message of its own");
      },
      failed,
    };
  }

  #inspect({ name, life }: Member, instance: bigint, effects: readonly Effect[]): void {
    const state = life?.node.instances.get(instance)?.state;
    if (this.inspect === undefined || state === undefined) return;
    let inspector = this.#inspectors.get(instance);
    if (inspector === undefined) {
      inspector = this.inspect(this.#graph, this.#marks);
      this.#inspectors.set(instance, inspector);
    }
    const wrong = inspector(state, effects);
    if (wrong !== undefined) throw new Violation(`${name}, instance ${instance}: ${wrong}`);
  }

  /** A member has ended, and what it had signed and not kept is gone. */
  crashed(member: Member): void {
    for (const referee of this.#referees.values()) referee.crashed(member.name);
  }

  /** A member begins anew: what it finds on its disk it may say. */
  found(member: Member): void {
    const { stored: { batches }, configuration: { self }, index } = member;
    if (self.acceptorIndex === undefined) return;
    for (const { own, id, instance } of batches.flatMap(({ messages }) => messages)) {
      if (own) this.referee(instance).honestIds.set(id, index);
    }
  }

  /** An honest member sends an envelope: nothing of its own that is not durable is in it. */
  sent(member: Member, { messages }: Envelope): void {
    const { self, limits } = member.configuration;
    for (const message of messages) {
      const { body, instance } = message;
      if (body.case !== "acceptorMessage" || body.value.signer !== self.acceptorIndex) continue;
      const wire = decodeMessage(message, limits);
      if (isRejection(wire)) throw new Violation(`${member.name} says what is ill-formed`);
      const id = this.#nameOf(wire);
      // What the log has left behind is still on its way, perhaps.
      if (instance < BigInt(member.life?.node.room?.floor ?? 0)) continue;
      const kept = member.stored.message(instance, id);
      if (kept === undefined || kept.position >= member.stored.durableLength) {
        throw new Violation(`${member.name} sends ${id.slice(0, 8)} before it is durable`);
      }
    }
  }

  /** A villain sends an envelope: what it proposes is proposed. */
  offeredByVillain({ messages }: Envelope): void {
    for (const { body, instance } of messages) {
      const hash = body.case === "proposal" ? body.value.ballot?.valueHash : undefined;
      if (hash !== undefined) this.referee(instance).proposed.add(hash.toHex() as ValueHash);
    }
  }

  /** A link between two members has ended as one of them sees it. */
  ended(member: Member, link: Link, { reason, detail, byPeer }: LinkEnd, isHonest: boolean): void {
    this.#marks.mark(`a link ends: ${Reason[reason]}${byPeer ? ", by the peer" : ""}`);
    if (!isHonest || !FAULTS.has(reason)) return;
    throw new Violation(`${member.name} and ${link.peer}, both honest, part: ${detail}`);
  }
}

/** @throws Violation if a member that signs has neither heard all others nor waited for them. */
function mustHaveAsked({ name, life, configuration: { acceptors, network } }: Member): void {
  const { heard, startedMs, options: { clock } } = life!;
  if (clock.elapsedMs() - startedMs >= network.recoveryWaitMs) return;
  const silent = acceptors.find((other) => other.name !== name && !heard.has(other.name));
  if (silent !== undefined) throw new Violation(`${name} votes before it has heard ${silent.name}`);
}
