/**
 * Reads what the core speaks of - messages, inputs, effects, learner graphs - from JSON.
 *
 * @module
 */

import type { CoreLimits, Input } from "../core/instance.ts";
import type { LearnerGraphSpec } from "../core/learner_graph.ts";
import type { SetRule } from "../core/quorum.ts";
import { REJECTION_CODES } from "../core/rejection.ts";
import type { AcceptorMessage, Ballot, Message, Timestamp } from "../core/types.ts";
import type { MessageId, ValueHash } from "../core/types.ts";
import type { WindowRule } from "../core/windows.ts";
import type { Field } from "./field.ts";
import type { MaskText, TracedDecision, TracedEffect } from "./format.ts";

/** Most acceptors, and most learners. */
const NAMES_MAX = 10_000;

/** Rules within rules. */
const RULE_DEPTH_MAX = 32;

const KINDS = ["1a", "1b", "2a"] as const;

/** Reads a time. */
export function readTime(field: Field): Timestamp {
  const { seconds, nanos } = field.fields(["seconds", "nanos"]);
  return { seconds: readSeconds(seconds), nanos: readNanos(nanos) };
}

/** Reads an input. */
export function readInput(field: Field): Input {
  switch (field.field("kind").choice(["message", "tick", "restore", "vote"])) {
    case "message": {
      const all = field.fields(["kind", "message", "source", "now"], ["bytes"]);
      const { message, source, now, bytes } = all;
      return {
        kind: "message",
        message: readMessage(message),
        source: source.text(0),
        ...(bytes && { bytes: bytes.number(0, Number.MAX_SAFE_INTEGER) }),
        now: readTime(now),
      };
    }
    case "tick": {
      const { now, setBack } = field.fields(["kind", "now"], ["setBack"]);
      return { kind: "tick", now: readTime(now), ...(setBack && { setBack: setBack.boolean() }) };
    }
    case "restore": {
      const { message, now } = field.fields(["kind", "message", "now"]);
      return { kind: "restore", message: readMessage(message), now: readTime(now) };
    }
    case "vote": {
      const { allowed, now } = field.fields(["kind", "allowed", "now"]);
      return { kind: "vote", allowed: allowed.boolean(), now: readTime(now) };
    }
  }
}

/** Reads a message. */
export function readMessage(field: Field): Message {
  const kind = field.field("kind").choice(["1a", "acceptor"]);
  if (kind === "acceptor") return readAcceptorMessage(field);
  const { id, ballot } = field.fields(["kind", "id", "ballot"]);
  return { kind, id: readId(id), ballot: readBallot(ballot) };
}

/** Reads an effect. */
export function readEffect(field: Field): TracedEffect {
  const kind = field.field("kind").choice(EFFECT_KINDS);
  return EFFECTS[kind](field);
}

const EFFECT_KINDS = [
  ...["deliver", "send", "reject", "request", "wake"] as const,
  ...["estranged", "decide", "caught", "disagree"] as const,
];

const EFFECTS: { readonly [K in TracedEffect["kind"]]: (field: Field) => TracedEffect } = {
  deliver(field) {
    const { id, source, as, learners } = field.fields(["kind", "id", "as", "learners", "source"]);
    const facts = { as: as.choice(KINDS), learners: readMask(learners) };
    return { kind: "deliver", id: readId(id), ...facts, source: source.text(0) };
  },
  send(field) {
    const { message, as, learners } = field.fields(["kind", "message", "as", "learners"]);
    const facts = { as: as.choice(KINDS), learners: readMask(learners) };
    return { kind: "send", message: readAcceptorMessage(message), ...facts };
  },
  reject(field) {
    const fields = field.fields(["kind", "id", "code", "detail", "sources"]);
    return {
      kind: "reject",
      id: readId(fields.id),
      code: fields.code.choice(REJECTION_CODES),
      detail: fields.detail.text(0),
      sources: fields.sources.items((source) => source.text(0)),
    };
  },
  request(field) {
    const { ids, source } = field.fields(["kind", "ids", "source"]);
    return { kind: "request", ids: ids.items(readId), source: source.text(0) };
  },
  wake(field) {
    return { kind: "wake", at: readTime(field.fields(["kind", "at"]).at) };
  },
  estranged(field) {
    const { id, forked } = field.fields(["kind", "id", "forked"]);
    return { kind: "estranged", id: readId(id), forked: forked.boolean() };
  },
  decide(field) {
    return { kind: "decide", decision: readDecision(field.fields(["kind", "decision"]).decision) };
  },
  caught(field) {
    const { acceptor, evidence } = field.fields(["kind", "acceptor", "evidence"]);
    const [one, two, ...more] = evidence.items(readId, 2);
    if (more.length > 0) evidence.fail("has more than 2 items");
    return { kind: "caught", acceptor: readIndex(acceptor), evidence: [one!, two!] };
  },
  disagree(field) {
    const fields = field.fields(["kind", "first", "second", "caught", "entangled"]);
    return {
      kind: "disagree",
      first: readDecision(fields.first),
      second: readDecision(fields.second),
      caught: readMask(fields.caught),
      entangled: fields.entangled.boolean(),
    };
  },
};

/** Reads a learner graph's description. Whether its thresholds are possible is not looked at. */
export function readGraph(field: Field): LearnerGraphSpec {
  const { acceptors, learners, quorums, safety, burial } = field
    .fields(["acceptors", "learners", "quorums", "safety", "burial"]);
  const names = { acceptors: readNames(acceptors), learners: readNames(learners) };
  const readRule = (rule: Field) => readSetRule(rule, names.acceptors.length, 0);
  const rules = quorums.items(readRule);
  if (rules.length !== names.learners.length) quorums.fail("is not one rule for each learner");
  return {
    ...names,
    quorums: rules,
    safety: safety.items((edge) => {
      const { a, b, safe } = edge.fields(["a", "b", "safe"]);
      const last = names.learners.length - 1;
      return { a: a.whole(0, last), b: b.whole(0, last), safe: readRule(safe) };
    }),
    burial: burial.choice(["TECHNICAL_REPORT", "HP2"]),
  };
}

/** Reads the bounds of the instances of a node. */
export function readLimits(field: Field): CoreLimits {
  const names = [
    ...["inboxRefsPerPeerMax", "inboxWaitMsMax"] as const,
    ...["futureProposalsMax", "clockSkewMsMax"] as const,
  ];
  const fields = field.fields(names, ["futureBytesMax"]);
  const read = (name: typeof names[number]) => fields[name].number(0, Number.MAX_SAFE_INTEGER);
  const futureBytesMax = fields.futureBytesMax?.number(0, Number.MAX_SAFE_INTEGER);
  return {
    inboxRefsPerPeerMax: read("inboxRefsPerPeerMax"),
    inboxWaitMsMax: read("inboxWaitMsMax"),
    futureProposalsMax: read("futureProposalsMax"),
    ...(futureBytesMax !== undefined && { futureBytesMax }),
    clockSkewMsMax: read("clockSkewMsMax"),
  };
}

/** Reads the windows that a node keeps. */
export function readWindows(field: Field): WindowRule {
  const { rotation, hasOthers, windowMsMin } = field
    .fields(["rotation", "hasOthers", "windowMsMin"]);
  return {
    rotation: rotation.items(readIndex, 1),
    hasOthers: hasOthers.boolean(),
    windowMsMin: windowMsMin.whole(1, Number.MAX_SAFE_INTEGER),
  };
}

function readNames(field: Field): string[] {
  const names = field.items((name) => name.text());
  if (names.length > NAMES_MAX) field.fail(`has more than ${NAMES_MAX} names`);
  return names;
}

function readSetRule(field: Field, acceptorCount: number, depth: number): SetRule {
  if (depth > RULE_DEPTH_MAX) field.fail(`is more than ${RULE_DEPTH_MAX} rules deep`);
  const kind = field.field("kind").choice(["acceptor", "threshold"]);
  if (kind === "acceptor") {
    return { kind, index: field.fields(["kind", "index"]).index.whole(0, acceptorCount - 1) };
  }
  const { threshold, of } = field.fields(["kind", "threshold", "of"]);
  const operands = of.items((operand) => readSetRule(operand, acceptorCount, depth + 1), 1);
  return { kind, threshold: threshold.whole(1, operands.length), of: operands };
}

function readAcceptorMessage(field: Field): AcceptorMessage {
  const { kind, id, signer, prev, refs } = field
    .fields(["kind", "id", "signer", "refs"], ["prev"]);
  return {
    kind: kind.choice(["acceptor"]),
    id: readId(id),
    signer: readIndex(signer),
    prev: prev === undefined ? undefined : readId(prev),
    refs: refs.items(readId),
  };
}

function readBallot(field: Field): Ballot {
  const { seconds, nanos, valueHash, proposer } = field
    .fields(["seconds", "nanos", "valueHash", "proposer"]);
  return {
    seconds: readSeconds(seconds),
    nanos: readNanos(nanos),
    valueHash: valueHash.text() as ValueHash,
    proposer: readIndex(proposer),
  };
}

function readDecision(field: Field): TracedDecision {
  const { learner, ballot, proposal, signers } = field
    .fields(["learner", "ballot", "proposal", "signers"]);
  return {
    learner: readIndex(learner),
    ballot: readBallot(ballot),
    proposal: readId(proposal),
    signers: readMask(signers),
  };
}

function readSeconds(field: Field): number {
  return field.whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

function readNanos(field: Field): number {
  return field.whole(0, 999_999_999);
}

function readIndex(field: Field): number {
  return field.whole(0, NAMES_MAX - 1);
}

function readId(field: Field): MessageId {
  return field.text() as MessageId;
}

/** Reads a set of acceptors or learners. */
export function readMask(field: Field): MaskText {
  const text = field.text();
  if (!/^0x(0|[1-9a-f][0-9a-f]*)$/.test(text)) field.fail("is not a mask such as 0x5");
  return text as MaskText;
}
