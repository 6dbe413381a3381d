/**
 * Watches every step of every honest process, and says so at once if something happens that must
 * not (TR, Agreement and Validity; PROTOCOL sections 1 and 3).
 *
 * @module
 */

import { fullSet, hasMember } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { Effect } from "../core/effects.ts";
import { entangled, type LearnerGraph } from "../core/learner_graph.ts";
import type { Decision } from "../core/learner.ts";
import type { Rejection } from "../core/rejection.ts";
import type {
  AcceptorIndex,
  AcceptorMessage,
  AcceptorSet,
  Ballot,
  LearnerIndex,
  Message,
  MessageId,
  ValueHash,
} from "../core/types.ts";
import type { Marks } from "./marks.ts";

/** Something has happened that must not. */
export class Violation extends Error {}

/** What an honest acceptor's message is never refused for. */
const FAULTS: ReadonlySet<string> = new Set([
  ...["NO_BALLOT", "BAD_PREV", "BAD_1B", "BAD_2A", "REPEATED_2A", "BAD_SIGNATURE"],
  ...["NOT_CANONICAL", "UNKNOWN_SIGNER", "MALFORMED"],
]);

/** The referee of one world. */
export class Referee {
  /** By learner: the values that it has decided, each with whoever saw it first. */
  readonly decisions: readonly Map<ValueHash, string>[];
  /** Values that have been offered. */
  readonly proposed: Set<ValueHash> = new Set();
  /** Messages that honest acceptors have said, with their signers. */
  readonly honestIds: Map<MessageId, AcceptorIndex> = new Map();
  /** Honest acceptors that have forgotten what nobody could tell them: nothing is expected of them. */
  excused: AcceptorSet = 0n;
  readonly #graph: LearnerGraph;
  readonly #marks: Marks;
  readonly #honest: AcceptorSet;
  readonly #signed: Map<string, number> = new Map();
  /** By process: how much of what it has signed is not durable yet, and what it has decided since. */
  readonly #unsaid: Map<string, { count: number; decisions: Decision[] }> = new Map();

  /** @param honest The acceptors that follow the rules. */
  constructor(graph: LearnerGraph, marks: Marks, honest: AcceptorSet) {
    this.#graph = graph;
    this.#marks = marks;
    this.#honest = honest;
    this.decisions = graph.quorums.map(() => new Map());
  }

  /** The acceptors that have followed the rules all along. */
  get safe(): AcceptorSet {
    return this.#honest & ~this.excused & fullSet(this.#graph.acceptorCount);
  }

  /** A value is offered. */
  offered(ballot: Ballot): void {
    this.proposed.add(ballot.valueHash);
  }

  /** A villain has sent something: what it offers in a 1a may be decided. */
  sent(message: Message): void {
    if (message.kind === "1a") this.offered(message.ballot);
  }

  /** Whether an acceptor has said something that is not among these messages. */
  hasForgotten(
    acceptor: AcceptorIndex | undefined,
    messages: { has(id: MessageId): boolean },
  ): boolean {
    return [...this.honestIds].some(([id, signer]) => signer === acceptor && !messages.has(id));
  }

  /** The core of an honest process has made a step. */
  stepped(who: string, effects: readonly Effect[]): void {
    const unsaid = this.#unsaidBy(who);
    for (const { kind } of effects) if (kind === "send") unsaid.count++;
    for (const effect of effects) {
      switch (effect.kind) {
        case "decide":
          // A decision counts when what it rests on is durable: until then nobody is told of it.
          if (unsaid.count > 0) unsaid.decisions.push(effect.decision);
          else this.#decide(who, effect.decision);
          break;
        case "caught":
          this.#caught(who, effect.acceptor, effect.evidence);
          break;
        case "reject":
          this.refused(who, effect.id, effect.rejection);
          break;
        case "disagree":
          this.#marks.mark("a disagreement is reported");
          break;
        default:
          this.#marks.mark(`effect ${effect.kind}`);
      }
    }
  }

  /**
   * A message has been refused.
   *
   * @param byVillain Whether a villain has handed it in: it may be an honest one, spoilt.
   */
  refused(
    who: string,
    id: MessageId,
    { rejected, detail }: Rejection,
    byVillain: boolean = false,
  ): void {
    this.#marks.mark(`code ${rejected}`);
    if (!byVillain && this.honestIds.has(id) && FAULTS.has(rejected)) {
      throw new Violation(`${who} refuses an honest message: ${rejected}, ${detail}`);
    }
  }

  /** Someone whose key is not safe has been found out, by an equivocation or a refused message. */
  #caught(who: string, acceptor: number, evidence: readonly [Entry, Entry]): void {
    if (hasMember(this.safe, acceptor)) {
      const ids = evidence.map(({ message }) => message.id.slice(0, 8)).join(" and ");
      throw new Violation(`${who} catches honest ${this.#name(acceptor)} by ${ids}`);
    }
    this.#marks.mark("a villain is caught");
  }

  /** A process ends, and what was not durable may be lost. */
  crashed(who: string): void {
    this.#unsaid.delete(who);
  }

  #unsaidBy(who: string): { count: number; decisions: Decision[] } {
    let unsaid = this.#unsaid.get(who);
    if (unsaid === undefined) this.#unsaid.set(who, unsaid = { count: 0, decisions: [] });
    return unsaid;
  }

  /**
   * An honest acceptor that has crashed finds something on its disk that it had signed: it may say
   * so now, even if it had not come to that before.
   */
  found(message: Message, acceptor: AcceptorIndex): void {
    if (message.kind !== "acceptor" || message.signer !== acceptor) return;
    this.honestIds.set(message.id, acceptor);
  }

  /** An honest acceptor says something that it has signed and kept. */
  said(who: string, { message, facts }: Entry): void {
    const unsaid = this.#unsaidBy(who);
    if (--unsaid.count === 0) {
      for (const decision of unsaid.decisions.splice(0)) this.#decide(who, decision);
    }
    const { signer } = message as AcceptorMessage;
    // One that has lost what it said may happen to say the same again.
    if (this.honestIds.has(message.id)) return;
    this.honestIds.set(message.id, signer);
    this.#marks.mark(`an honest ${facts.kind}`);
    if (facts.kind === "1b") {
      const all = (1n << BigInt(this.#graph.learnerCount)) - 1n;
      if (facts.fresh !== all) this.#marks.mark("a 1b that is not fresh for every learner");
    }
    const ballot = `${signer} ${facts.proposal.message.id}`;
    const count = (this.#signed.get(ballot) ?? 0) + 1;
    this.#signed.set(ballot, count);
    if (count > 2) this.#marks.mark("a second 2a in a ballot");
    if (count > 1 + this.#graph.learnerCount && hasMember(this.safe, signer)) {
      throw new Violation(`${who} signs ${count} messages in one ballot`);
    }
  }

  #decide(who: string, { learner, ballot: { valueHash } }: Decision): void {
    this.#marks.mark("a decision");
    if (!this.proposed.has(valueHash)) {
      throw new Violation(`${who}: ${this.#learner(learner)} decides what nobody has offered`);
    }
    const known = this.decisions[learner]!;
    if (known.has(valueHash)) return;
    known.set(valueHash, who);
    this.check(learner);
  }

  /** Compares the decisions of a learner with everybody's. */
  check(learner: LearnerIndex): void {
    this.decisions.forEach((decisions, other) => {
      const values = new Set([...this.decisions[learner]!.keys(), ...decisions.keys()]);
      if (values.size < 2) return;
      const names = `${this.#learner(learner)} and ${this.#learner(other)}`;
      if (entangled(this.#graph, learner, other, this.safe)) {
        throw new Violation(`${names} are entangled and decide differently`);
      }
      this.#marks.mark("learners that are not entangled disagree");
    });
  }

  #name(acceptor: number): string {
    return this.#graph.spec.acceptors[acceptor]!;
  }

  #learner(learner: number): string {
    return this.#graph.spec.learners[learner]!;
  }
}
