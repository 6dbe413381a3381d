/**
 * The worlds that are explored, and what must come out: the one table of pinned counts.
 *
 * @module
 */

import type { Occurrence } from "./coverage.ts";
import {
  APART,
  BYZANTINE,
  INVALID,
  MAJORITY,
  MIXED,
  NESTED,
  OVERLAPPING,
  PAIR,
  UNEQUAL,
  withHp2,
} from "./graphs.ts";
import type { Offer, Scenario } from "./types.ts";

/** A scenario with what is known of it. */
export interface Pinned extends Scenario {
  /** One line. */
  readonly about: string;
  /** Whether it takes too long for every day. */
  readonly deep?: boolean;
  /** How the exploration ends: with all states visited, or with the first of these. */
  readonly end: "complete" | "disagreement" | "violation";
  /** Distinct states, one for all that only names tell apart. */
  readonly states: number;
  /** The same with names. */
  readonly statesWithNames: number;
  /** What must have happened at least once. */
  readonly sometimes: readonly Occurrence[];
}

/** The values of ballots 1, 2, ... */
function offers(...values: readonly string[]): Offer[] {
  return values.map((value, index) => ({ seconds: index + 1, value }));
}

/**
 * A has sent a 2a for v1 in ballot 1, B and C have sent theirs for v2 in ballot 2, and B's proves
 * that it knows A's.
 */
const LOCKED: Scenario["prefix"] = [
  ...[["p1", 0], ["p1", 1], ["B.1", 0], ["p2", 1], ["p2", 2]] as const,
  ...[["A.1", 1], ["A.2", 1], ["C.1", 1], ["p1", 2], ["B.1", 2], ["B.2", 2]] as const,
  ...[["p2", 0], ["B.2", 0], ["C.1", 0]] as const,
];

/** A has sent a 2a for X in ballot 1; B and C have gone on to ballot 2 before they could. */
const CUT_SHORT: Scenario["prefix"] = [
  ...[["p1", 0], ["p1", 1], ["p1", 2], ["B.1", 0], ["C.1", 0]] as const,
  ...[["p2", 1], ["p2", 2], ["p2", 0]] as const,
];

/** All of them, in the order of the questions they answer. */
export const SCENARIOS: readonly Pinned[] = [
  {
    name: "majority",
    about: "three honest acceptors, a learner with any two, two ballots",
    spec: MAJORITY,
    byzantine: [],
    offers: offers("v1", "v2"),
    end: "complete",
    states: 121_524,
    statesWithNames: 727_503,
    sometimes: ["X decides", "1b not fresh", "stale 1a"],
  },
  {
    name: "equivocation",
    about: "four acceptors, one Byzantine, two learners with any three, one ballot",
    spec: BYZANTINE,
    byzantine: [3],
    bounds: { messages: 3, refs: 2 },
    offers: offers("v1"),
    end: "complete",
    states: 698_486,
    statesWithNames: 4_182_769,
    sometimes: ["X decides", "Y decides", "equivocator caught", "refused BAD_2A"],
  },
  {
    name: "byzantine",
    about: "the same with two ballots; acceptors that can sign no more receive no more",
    spec: BYZANTINE,
    byzantine: [3],
    bounds: { messages: 1, refs: 1 },
    offers: offers("v1", "v2"),
    skipFinished: true,
    end: "complete",
    states: 801_959,
    statesWithNames: 4_785_033,
    sometimes: ["X decides", "Y decides", "1b not fresh", "stale 1a", "refused BAD_1B"],
  },
  {
    name: "overlapping",
    about: "X needs A, B, C and Y needs B, C, D; C Byzantine; one ballot",
    spec: OVERLAPPING,
    byzantine: [2],
    bounds: { messages: 3, refs: 2 },
    offers: offers("v1"),
    skipFinished: true,
    end: "complete",
    states: 104_856,
    statesWithNames: 104_856,
    sometimes: ["X decides", "Y decides", "second 2a in a ballot", "2a for some learners only"],
  },
  {
    name: "nested",
    about: "three honest acceptors, X needs all, Y needs B and C, two ballots",
    spec: NESTED,
    byzantine: [],
    offers: offers("v1", "v2"),
    end: "complete",
    states: 407_871,
    statesWithNames: 813_415,
    sometimes: ["X decides", "Y decides", "second 2a in a ballot", "2a for some learners only"],
  },
  {
    name: "burial",
    about: "majority, a third ballot; A bound to v1, B and C to v2 when it begins",
    spec: MAJORITY,
    byzantine: [],
    offers: offers("v1", "v2", "v2"),
    prefix: LOCKED,
    end: "complete",
    states: 222_293,
    statesWithNames: 222_293,
    sometimes: ["X decides", "2a buried", "1b not fresh"],
  },
  {
    name: "burial-hp2",
    about: "the same by the other rule of burial",
    spec: withHp2(MAJORITY),
    byzantine: [],
    offers: offers("v1", "v2", "v2"),
    prefix: LOCKED,
    end: "complete",
    states: 320_685,
    statesWithNames: 320_685,
    sometimes: ["X decides", "2a buried", "1b not fresh"],
  },
  {
    name: "starvation",
    about: "nested, cut short in ballot 1: can X still decide in a third ballot?",
    spec: NESTED,
    byzantine: [],
    offers: offers("v1", "v2", "v1"),
    prefix: CUT_SHORT,
    skipFinished: true,
    end: "complete",
    states: 945_125,
    statesWithNames: 1_887_399,
    sometimes: ["X decides", "Y decides", "1b not fresh"],
  },
  {
    name: "out-of-order",
    about: "majority, one ballot; messages also come before what they refer to",
    spec: MAJORITY,
    byzantine: [],
    offers: offers("v1"),
    outOfOrder: true,
    end: "complete",
    states: 1_168,
    statesWithNames: 6_923,
    sometimes: ["X decides", "waits for refs"],
  },
  {
    name: "pair-out-of-order",
    about: "two acceptors, both needed, two ballots, in any order",
    spec: PAIR,
    byzantine: [],
    offers: offers("v1", "v2"),
    outOfOrder: true,
    end: "complete",
    states: 168,
    statesWithNames: 315,
    sometimes: ["X decides", "waits for refs", "stale 1a"],
  },
  {
    name: "apart",
    about: "X needs A and B, Y needs C, no agreement demanded between them",
    spec: APART,
    byzantine: [],
    offers: offers("v1", "v2"),
    end: "disagreement",
    states: 120,
    statesWithNames: 217,
    sometimes: ["X decides", "Y decides", "disagreement"],
  },
  {
    name: "unsafe",
    about: "X needs any two of three and trusts all three, but C is Byzantine",
    spec: MAJORITY,
    byzantine: [2],
    bounds: { messages: 4, refs: 1 },
    offers: offers("v1", "v2"),
    end: "disagreement",
    states: 16_214,
    statesWithNames: 32_245,
    sometimes: ["X decides", "disagreement"],
  },
  {
    name: "invalid",
    about: "X needs A and B, Y needs C and D, and they are to agree: not a valid graph",
    spec: INVALID,
    byzantine: [],
    offers: offers("v1", "v2"),
    end: "violation",
    states: 4_308,
    statesWithNames: 15_946,
    sometimes: ["X decides", "Y decides", "disagreement"],
  },
  {
    name: "byzantine-deep",
    about: "as byzantine, and everybody receives everything",
    spec: BYZANTINE,
    byzantine: [3],
    bounds: { messages: 1, refs: 1 },
    offers: offers("v1", "v2"),
    deep: true,
    end: "complete",
    states: 1_213_216,
    statesWithNames: 7_243_634,
    sometimes: ["X decides", "Y decides", "1b not fresh", "stale 1a"],
  },
  {
    name: "byzantine-twice",
    about: "as byzantine, with two messages that refer to a 1a and their prev only",
    spec: BYZANTINE,
    byzantine: [3],
    bounds: { messages: 2, refs: 0 },
    offers: offers("v1", "v2"),
    skipFinished: true,
    deep: true,
    end: "complete",
    states: 7_394_583,
    statesWithNames: 44_260_588,
    sometimes: ["X decides", "Y decides", "equivocator caught", "1b not fresh"],
  },
  {
    name: "unequal",
    about: "three honest acceptors, X needs all, Y any two, two ballots",
    spec: UNEQUAL,
    byzantine: [],
    offers: offers("v1", "v2"),
    deep: true,
    end: "complete",
    states: 1_756_724,
    statesWithNames: 10_537_680,
    sometimes: ["X decides", "Y decides", "second 2a in a ballot"],
  },
  {
    name: "apart-deep",
    about: "as apart, to the end",
    spec: APART,
    byzantine: [],
    offers: offers("v1", "v2"),
    deep: true,
    end: "complete",
    states: 4_182_852,
    statesWithNames: 8_359_691,
    sometimes: ["X decides", "Y decides", "disagreement"],
  },
  {
    name: "same-value",
    about: "the same, both ballots with one value",
    spec: MAJORITY,
    byzantine: [],
    offers: offers("v1", "v1"),
    deep: true,
    end: "complete",
    states: 1_684_611,
    statesWithNames: 10_105_301,
    sometimes: ["X decides", "stale 1a"],
  },
  {
    name: "mixed",
    about: "as byzantine, but Y needs A, B and C",
    spec: MIXED,
    byzantine: [3],
    bounds: { messages: 1, refs: 1 },
    offers: offers("v1", "v2"),
    skipFinished: true,
    deep: true,
    end: "complete",
    states: 3_159_824,
    statesWithNames: 18_923_788,
    sometimes: ["X decides", "Y decides", "second 2a in a ballot", "1b not fresh", "stale 1a"],
  },
];
