/**
 * Effects of the core as plain JSON.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import type { Effect } from "../core/effects.ts";
import type { Decision } from "../core/learner.ts";
import type { AcceptorMessage, Ballot, Message, Timestamp } from "../core/types.ts";
import type { ProposerEffect } from "../core/proposer.ts";
import {
  maskText,
  type Opaque,
  type TracedDecision,
  type TracedEffect,
  type TracedFacts,
} from "./format.ts";

/** An effect with everything that it says, and nothing that its messages' pasts say. */
export function tracedEffect(effect: Effect): TracedEffect {
  switch (effect.kind) {
    case "deliver": {
      const { kind, entry, source } = effect;
      return { kind, id: entry.message.id, ...factsOf(entry), source };
    }
    case "send": {
      const { kind, entry } = effect;
      const message = plainMessage(entry.message) as AcceptorMessage;
      return { kind, message, ...factsOf(entry) };
    }
    case "reject": {
      const { kind, id, rejection: { rejected: code, detail }, sources } = effect;
      return { kind, id, code, detail, sources };
    }
    case "request":
      return { kind: effect.kind, ids: effect.ids, source: effect.source };
    case "wake":
      return { kind: effect.kind, at: plainTime(effect.at) };
    case "estranged":
      return { kind: effect.kind, id: effect.entry.message.id, forked: effect.forked };
    case "decide":
      return { kind: effect.kind, decision: plainDecision(effect.decision) };
    case "caught": {
      const { kind, acceptor, evidence: [one, two] } = effect;
      return { kind, acceptor, evidence: [one.message.id, two.message.id] };
    }
    case "disagree": {
      const { kind, disagreement: { first, second, caught, entangled } } = effect;
      const decisions = { first: plainDecision(first), second: plainDecision(second) };
      return { kind, ...decisions, caught: maskText(caught), entangled };
    }
  }
}

/** A message with the members that the format knows, in the order of the format. */
export function plainMessage(message: Message): Message {
  if (message.kind === "1a") {
    const { kind, id, ballot } = message;
    return { kind, id, ballot: plainBallot(ballot) };
  }
  const { kind, id, signer, prev, refs } = message;
  return { kind, id, signer, prev, refs };
}

/** A time with the members that the format knows: callers may hand in a ballot. */
export function plainTime({ seconds, nanos }: Timestamp): Timestamp {
  return { seconds, nanos };
}

function plainBallot({ seconds, nanos, valueHash, proposer }: Ballot): Ballot {
  return { seconds, nanos, valueHash, proposer };
}

function plainDecision({ learner, ballot, proposal, signers }: Decision): TracedDecision {
  return { learner, ballot: plainBallot(ballot), proposal, signers: maskText(signers) };
}

function factsOf({ facts: { kind, learners2a, fresh } }: Entry): TracedFacts {
  return { as: kind, learners: maskText(kind === "2a" ? learners2a : fresh) };
}

/** An effect of a proposer, sets of learners as masks. */
export function tracedProposerEffect(effect: ProposerEffect): Opaque {
  return effect.kind === "starved"
    ? { kind: effect.kind, learners: maskText(effect.learners) }
    : { ...effect };
}
