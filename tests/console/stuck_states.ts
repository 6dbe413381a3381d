/**
 * Clusters that are stuck, each as its acceptors tell it: the same twelve causes that tests/e2e/stuck
 * makes for real.
 *
 * @module
 */

import type { AcceptorStatus } from "../../lib/client/status.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import { explain } from "../../lib/explain/explain.ts";
import { runScript } from "../../lib/explore/replay.ts";
import { gone, NAMES, well } from "../client/answers.ts";

/** A cluster, and what a page is to say of it. */
export interface StuckState {
  /** What is the matter. */
  readonly title: string;
  /** Those of all four. */
  readonly answers: readonly StatusAnswer[];
  /** To be read in the page. */
  readonly says: readonly string[];
}

function answers(...others: readonly StatusAnswer[]): StatusAnswer[] {
  return NAMES.map((name) => others.find(({ acceptor }) => acceptor === name) ?? well(name));
}

const HOUR = { offsetMs: 3_600_000, uncertaintyMs: 2 };
const BEHIND = { offsetMs: -3_600_000, uncertaintyMs: 2 };

/** Some refuse what somebody sends. */
function refusing(by: readonly string[], name: string, code: string, detail = ""): StatusAnswer[] {
  const refusedFrom = [{ name, code, count: 3n, agoMs: 100n, detail }];
  return answers(...by.map((each) => well(each, NAMES, { refusedFrom })));
}

/** All tell why an instance is open: the first sentence of what a script leads to. */
function open(script: string): StatusAnswer[] {
  const { observer, values } = runScript(script);
  const { graph } = observer.context;
  const surroundings = {
    ...{ graph, now: { seconds: 1_000, nanos: 0 }, unable: new Map() },
    valueText: (hash: string) => `"${values.get(hash as never)}"`,
  };
  const { cause, text } = explain(surroundings, observer.state, 0)[0]!;
  const open: AcceptorStatus["open"] = [{
    ...{ instance: 7n, highest: new Date(0), waiting: 0n, windowOwner: "", windowLeftMs: 0n },
    ...{ held: [], silent: false, why: [{ learner: "Eve", cause, text }] },
  }];
  return answers(...NAMES.map((name) => well(name, NAMES, { open })));
}

const RULES = `acceptors Alice Bob Carol Dave
byzantine Dave
burial TECHNICAL_REPORT
learner Eve 3 of Alice Bob Carol Dave
learner Frank 3 of Alice Bob Carol Dave
safe Eve Eve 3 of Alice Bob Carol Dave
safe Eve Frank 4 of Alice Bob Carol Dave
safe Frank Frank 3 of Alice Bob Carol Dave
`;

const STARVED = (await Deno.readTextFile(
  new URL("../explore/scripts/starved.txt", import.meta.url),
)).replaceAll(/\bX\b/g, "Eve");

/** All of them. */
export const STUCK_STATES: readonly StuckState[] = [
  {
    title: "two acceptors are down",
    answers: answers(gone("Carol"), gone("Dave")),
    says: ["Eve cannot decide: needs any 3 of Alice, Bob, Carol, Dave; Carol does not answer"],
  },
  {
    title: "clocks of acceptors are off",
    answers: answers(gone("Dave"), well("Carol", NAMES, { clock: BEHIND })),
    says: ["Eve cannot decide", "the clock of Carol is 3600 s behind ours"],
  },
  {
    title: "our own clock is off",
    answers: answers(...NAMES.map((name) => well(name, NAMES, { clock: BEHIND }))),
    says: ["our clock is 3600 s ahead of those of Alice, Bob, Carol, Dave"],
  },
  {
    title: "an acceptor's clock is ahead",
    answers: answers(well("Bob", NAMES, { clock: HOUR })),
    says: ["the clock of Bob is 3600 s ahead of ours, and others refuse what it proposes: set it"],
  },
  {
    title: "a proposer's clock is ahead",
    answers: refusing(NAMES, "client_1", "FAR_FUTURE"),
    says: ["refuse what client_1 sends: ballots are further ahead of their clocks"],
  },
  {
    title: "a pin is wrong",
    answers: answers(
      gone("Alice", "certificate is not the configured one"),
      gone("Bob", "certificate is not the configured one"),
    ),
    says: ["Alice does not answer (certificate is not the configured one)"],
  },
  {
    title: "acceptors on two sides",
    answers: answers(
      ...["Alice", "Bob"].map((name) => well(name, ["Alice", "Bob"])),
      ...["Carol", "Dave"].map((name) => well(name, ["Carol", "Dave"])),
    ),
    says: ["Eve cannot decide", "no links between Alice, Bob | Carol, Dave"],
  },
  {
    title: "a locked value, and a proposer that offers another",
    answers: open(`${RULES}propose p v1 at 1
propose q v2 at 2
deliver p to Alice Bob Carol
deliver Bob.1 Carol.1 to Alice
deliver q to Alice Bob Carol
`),
    says: ["instance 7 waits", "stands by", "is not fresh for Eve"],
  },
  {
    title: "a liar voids a promise",
    answers: open(`${RULES}propose p v1 at 1
propose q v2 at 2
send Dave.one prev none refs p
send Dave.two prev none refs q
`),
    says: [
      "Dave was caught lying in this instance, which voids the promise that Eve and Frank agree",
    ],
  },
  {
    title: "a disk is full",
    answers: answers(
      gone("Carol"),
      gone("Dave"),
      well("Alice", ["Alice", "Bob"], {
        peers: [{
          ...{ name: "Dave", role: "acceptor", connected: false, lastError: "connection refused" },
          lastWords: "its journal cannot be written (database or disk is full)",
        }],
      }),
    ),
    says: ["it said last to Alice: its journal cannot be written (database or disk is full)"],
  },
  {
    title: "another version",
    answers: answers(gone("Dave"), well("Carol", NAMES, { protocolVersion: 1 })),
    says: ["Carol speaks version 1 of the conversation, and we 2: update Carol"],
  },
  {
    title: "another configuration",
    answers: answers(gone("Dave"), well("Carol", NAMES, { configMismatch: "the rules differ" })),
    says: ["the configuration of Carol is not ours: the rules differ"],
  },
  {
    title: "a proposer's configuration is another",
    answers: refusing(
      NAMES,
      "client_1",
      "CONFIG_MISMATCH",
      "configurations differ: the rules differ",
    ),
    says: ["refuse what client_1 sends: configurations differ: the rules differ"],
  },
  {
    title: "nobody proposes",
    answers: answers(),
    says: ["Eve can decide; nothing is proposed now"],
  },
  {
    title: "inboxes are full",
    answers: refusing(["Alice", "Bob"], "Carol", "INBOX_FULL"),
    says: [
      "Alice, Bob refuse what Carol sends: more waits for other messages than their inboxRefsPerPeerMax",
    ],
  },
  {
    title: "an acceptor has come back and does not vote",
    answers: answers(
      gone("Dave"),
      well("Carol", NAMES, { votes: false, waitsFor: ["Bob", "Dave"] }),
    ),
    says: ["Carol does not vote yet: it waits to hear from Bob, Dave"],
  },
  {
    title: "a learner is starved",
    answers: open(STARVED),
    says: ["instance 7 waits: Eve is starved in this instance", "use another instance"],
  },
];
