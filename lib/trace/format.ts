/**
 * Traces: what went into each step of the core, and what came out, one JSON object per line, so that
 * anybody can run the same steps again (docs/TRACES.md).
 *
 * Messages, ballots and times are written as the core has them. Sets of acceptors and learners are
 * bit masks in hexadecimal ("0x5"), instance numbers are decimal; both are strings. What is undefined
 * is left out, but for the `self` of a process that only observes, which is null.
 *
 * @module
 */

import type { Standing } from "../core/acceptor.ts";
import type { CoreLimits, Input } from "../core/instance.ts";
import type { LearnerGraphSpec } from "../core/learner_graph.ts";
import type { stepProposer } from "../core/proposer.ts";
import type { RejectionCode } from "../core/rejection.ts";
import type { WindowRule } from "../core/windows.ts";
import type {
  AcceptorIndex,
  AcceptorMessage,
  Ballot,
  LearnerIndex,
  MessageId,
  Timestamp,
} from "../core/types.ts";

/** Of this format. A reader refuses any other. */
export const TRACE_VERSION = 2;

/** A bit mask: "0x" and hexadecimal digits in lower case, none in front that is 0. */
export type MaskText = `0x${string}`;

/** A decision of a learner. */
export interface TracedDecision {
  /** Who decides. */
  readonly learner: LearnerIndex;
  /** What. */
  readonly ballot: Ballot;
  /** The 1a of the ballot. */
  readonly proposal: MessageId;
  /** Signers of the 2as known by then. */
  readonly signers: MaskText;
}

/** What the core made of a message. */
export interface TracedFacts {
  /** Its kind, which is derived and never sent. */
  readonly as: "1a" | "1b" | "2a";
  /** The learners that a 2a is for, or for which a 1b is fresh; none for a 1a. */
  readonly learners: MaskText;
}

/** An effect of the core. Messages are named by their ids; one that is sent is there in full. */
export type TracedEffect =
  | { readonly kind: "deliver"; readonly id: MessageId; readonly source: string } & TracedFacts
  | { readonly kind: "send"; readonly message: AcceptorMessage } & TracedFacts
  | {
    readonly kind: "reject";
    readonly id: MessageId;
    readonly code: RejectionCode;
    readonly detail: string;
    readonly sources: readonly string[];
  }
  | { readonly kind: "request"; readonly ids: readonly MessageId[]; readonly source: string }
  | { readonly kind: "wake"; readonly at: Timestamp }
  | { readonly kind: "estranged"; readonly id: MessageId; readonly forked: boolean }
  | { readonly kind: "decide"; readonly decision: TracedDecision }
  | {
    readonly kind: "caught";
    readonly acceptor: AcceptorIndex;
    readonly evidence: readonly [MessageId, MessageId];
  }
  | {
    readonly kind: "disagree";
    readonly first: TracedDecision;
    readonly second: TracedDecision;
    readonly caught: MaskText;
    readonly entangled: boolean;
  };

/** JSON that the format says nothing about. */
export interface Opaque {
  /** Any member. */
  readonly [key: string]: unknown;
}

/** A proposer's state: sets of learners as masks, all else as the core has it. */
export interface TracedProposer extends Opaque {
  /** The learners it serves. */
  readonly serves: MaskText;
  /** Those of them that it has found to be starved. */
  readonly starved: MaskText;
  /** Acceptors that were caught then. */
  readonly caught: MaskText;
  /** The starved learners whom nothing frees. */
  readonly forGood: MaskText;
}

/** How a proposer waits: whatever the core's proposer wants to be told. */
export type ProposerSettings = Parameters<typeof stepProposer>[3];

/** Says who a node is. It comes before all other lines of the node, and again if it starts anew. */
export interface HeaderLine {
  /** Tells the kinds of lines apart. */
  readonly kind: "header";
  /** Any name, one for each process. */
  readonly node: string;
  /** The acceptor that it is; undefined if it only observes. */
  readonly self: AcceptorIndex | undefined;
  /** What it follows. */
  readonly graph: LearnerGraphSpec;
  /** Bounds of each instance. */
  readonly limits: CoreLimits;
  /** The windows that it keeps; undefined if it keeps none. */
  readonly windows: WindowRule | undefined;
}

/** An instance that is not open begins, as one in which nothing has happened. */
export interface OpenLine {
  /** Tells the kinds of lines apart. */
  readonly kind: "open";
  /** Of which node. */
  readonly node: string;
  /** Its number, 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Of the acceptor, if the node is one. */
  readonly standing: Standing;
}

/** An instance has left memory: no step follows before it is opened again. */
export interface CloseLine {
  /** Tells the kinds of lines apart. */
  readonly kind: "close";
  /** Of which node. */
  readonly node: string;
  /** Its number. */
  readonly instance: bigint;
  /** How many steps it has made since it was opened. */
  readonly step: number;
}

/** One step of an instance. */
export interface StepLine {
  /** Tells the kinds of lines apart. */
  readonly kind: "step";
  /** Of which node. */
  readonly node: string;
  /** Its number. */
  readonly instance: bigint;
  /** How many steps the instance, and proposers in it, have made since it was opened. */
  readonly step: number;
  /** What went in. */
  readonly input: Input;
  /** What came out, in order. */
  readonly effects: readonly TracedEffect[];
}

/** One step of a proposer. */
export interface ProposeLine {
  /** Tells the kinds of lines apart. */
  readonly kind: "propose";
  /** Of which node. */
  readonly node: string;
  /** The instance that it looked at. */
  readonly instance: bigint;
  /** Counted together with the steps of the instance. */
  readonly step: number;
  /** Its state before the step. */
  readonly proposer: TracedProposer;
  /** As the core was given them. */
  readonly settings: Opaque;
  /** When. */
  readonly now: Timestamp;
  /** Uniform in [0, 1). */
  readonly entropy: number;
  /** What came out, as the core has it, but for sets of learners. */
  readonly effects: readonly Opaque[];
}

/** Any line of a trace. */
export type TraceLine = HeaderLine | OpenLine | CloseLine | StepLine | ProposeLine;

/** A mask as text. */
export function maskText(mask: bigint): MaskText {
  return `0x${mask.toString(16)}`;
}

/** JSON with the members of every object sorted: equal texts mean equal values. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    const members = Object.entries(member);
    return Object.fromEntries(members.toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0));
  });
}
