/**
 * A ballot's way as OpenTelemetry's spans, one in each process, of one trace: its id is that of the 1a,
 * so nothing needs to travel with messages. Loaded only where Deno exports (OTEL_DENO).
 *
 * @module
 */

import { ROOT_CONTEXT, type Span, trace, TraceFlags, type Tracer } from "@opentelemetry/api";
import { membersOf } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { Effect } from "../core/effects.ts";
import { type Decision, hasDecided } from "../core/learner.ts";
import type { MessageId } from "../core/types.ts";
import type { Node } from "../node/node.ts";

/** Ballots whose spans are open at once, at most: the oldest is ended for a new one. */
const OPEN_MAX = 1_024;

/** An open span. */
interface Ballot {
  readonly instance: bigint;
  readonly span: Span;
}

/**
 * Begins to tell spans of what a node sees.
 *
 * @returns what ends those that are open, and tells no more.
 */
export function spanBallots(node: Node): () => void {
  const spans = new BallotSpans(node, trace.getTracer("hetpaxos"));
  const unobserve = node.observe({
    stepped: (instance, effects) => spans.stepped(instance, effects),
  });
  return () => {
    unobserve();
    spans.close();
  };
}

class BallotSpans {
  readonly #node: Node;
  readonly #tracer: Tracer;
  /** By the id of the 1a, the oldest first. */
  readonly #open: Map<MessageId, Ballot> = new Map();

  constructor(node: Node, tracer: Tracer) {
    this.#node = node;
    this.#tracer = tracer;
  }

  stepped(instance: bigint, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "deliver" || effect.kind === "send") {
        this.#message(instance, effect.entry, effect.kind === "send");
      } else if (effect.kind === "decide") this.#decided(instance, effect.decision);
    }
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.#end(id);
  }

  #message(instance: bigint, entry: Entry, isOwn: boolean): void {
    const { kind, proposal, learners2a } = entry.facts;
    const { message } = entry;
    if (message.kind === "1a") return this.#begin(instance, entry);
    const span = this.#open.get(proposal.message.id)?.span;
    if (span === undefined) return;
    const { acceptors, learners } = this.#node.context.graph.spec;
    span.addEvent(kind, {
      "hetpaxos.acceptor": acceptors[message.signer]!,
      "hetpaxos.own": isOwn,
      ...kind === "2a"
        ? { "hetpaxos.learners": membersOf(learners2a).map((index) => learners[index]!) }
        : {},
    });
  }

  #begin(instance: bigint, { message: { id }, facts: { ballot } }: Entry): void {
    // A lower ballot of the instance leads to little any more, but its votes may still come.
    if (this.#open.size >= OPEN_MAX) this.#end(this.#open.keys().next().value!);
    const { proposers, self } = this.#node.options.configuration;
    const at = new Date(ballot.seconds * 1_000 + ballot.nanos / 1e6).toISOString();
    const parent = {
      ...{ traceId: id.slice(0, 32), spanId: id.slice(32, 48) },
      ...{ traceFlags: TraceFlags.SAMPLED, isRemote: true },
    };
    const span = this.#tracer.startSpan("ballot", {
      attributes: {
        "hetpaxos.instance": `${instance}`,
        "hetpaxos.ballot": at,
        "hetpaxos.value_hash": ballot.valueHash,
        "hetpaxos.proposer": proposers[ballot.proposer]?.name ?? `${ballot.proposer}`,
        "hetpaxos.process": self.name,
      },
    }, trace.setSpanContext(ROOT_CONTEXT, parent));
    this.#open.set(id, { instance, span });
  }

  #decided(instance: bigint, { learner, proposal, signers }: Decision): void {
    const { acceptors, learners } = this.#node.context.graph.spec;
    this.#open.get(proposal)?.span.addEvent("decided", {
      "hetpaxos.learner": learners[learner]!,
      "hetpaxos.signers": membersOf(signers).map((index) => acceptors[index]!),
    });
    const state = this.#node.instances.get(instance)?.state;
    if (state === undefined || learners.some((_, index) => !hasDecided(state.learner, index))) {
      return;
    }
    for (const [id, ballot] of [...this.#open]) if (ballot.instance === instance) this.#end(id);
  }

  #end(id: MessageId): void {
    this.#open.get(id)?.span.end();
    this.#open.delete(id);
  }
}
