/**
 * Each assertion of the core, tripped.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import {
  type AcceptorState,
  draft2a,
  draftRefsMax,
  follow,
  newAcceptor,
  remember,
} from "../../lib/core/acceptor.ts";
import { credit, debit, newAccount } from "../../lib/core/account.ts";
import { type Dag, type Entry, newDag } from "../../lib/core/dag.ts";
import { admit } from "../../lib/core/facts.ts";
import { newInbox, wait } from "../../lib/core/inbox.ts";
import { newInstance, step } from "../../lib/core/instance.ts";
import { type Invariant, InvariantError, INVARIANTS } from "../../lib/core/invariant.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { isRejection } from "../../lib/core/rejection.ts";
import type { Message, MessageId } from "../../lib/core/types.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { acceptorMessage, hashOf, identify, proposalOf } from "../../lib/sim/ids.ts";

const GRAPH = makeLearnerGraph(thresholds(4, [3, 4], "TECHNICAL_REPORT"));
const LIMITS = {
  inboxRefsPerPeerMax: 100,
  inboxWaitMsMax: 1_000,
  futureProposalsMax: 10,
  clockSkewMsMax: 10_000,
};
const NOW = { seconds: 1_000, nanos: 0 };

const propose = (seconds: number) =>
  proposalOf({ seconds, nanos: 0, valueHash: hashOf(`value ${seconds}`), proposer: 0 });

/** A history in which B has sent a 2a; entries may then be spoilt. */
function history() {
  const dag: Dag = newDag();
  const known = (message: Message): Entry => {
    const entry = admit(GRAPH, dag, message);
    if (isRejection(entry)) throw new Error(entry.detail);
    return entry;
  };
  const proposal = known(propose(1));
  const p = proposal.message.id;
  const oneBs = [0, 1, 2, 3].map((signer) => known(acceptorMessage(signer, undefined, [p])));
  const ids = oneBs.map(({ message: { id } }) => id);
  const twoA = known(acceptorMessage(1, ids[1], ids));
  const next = known(propose(2)).message.id;
  return { dag, known, p, oneBs, ids, twoA, next };
}

/** Acceptor 0, which may send a 2a. */
function voter({ oneBs }: ReturnType<typeof history>): AcceptorState {
  const state = newAcceptor(GRAPH, 0);
  follow(GRAPH, state, oneBs[0]!);
  for (const other of oneBs.slice(1, 3)) remember(state, other);
  return state;
}

/** What only a fault of ours could do to something that nobody changes. */
const spoil = (object: object, changes: object) => void Object.assign(object, changes);

const TRIPS: Readonly<Record<Invariant, () => unknown>> = {
  "time-runs-forward"() {
    const context = { graph: GRAPH, limits: LIMITS, self: 0 };
    const state = newInstance(context, identify);
    step(context, state, { kind: "tick", now: NOW });
    step(context, state, { kind: "tick", now: { seconds: 999, nanos: 999_999_999 } });
  },
  "missing-not-empty"() {
    const message = acceptorMessage(1, undefined, [propose(1).id]);
    wait(newInbox(), LIMITS, message, [], "peer", NOW);
  },
  "accounts-not-negative"() {
    const account = newAccount();
    debit(account, "peer", 2);
    credit(account, "peer", 3);
  },
  "refs-known"() {
    const unknown = hashOf("unknown") as string as MessageId;
    admit(GRAPH, newDag(), acceptorMessage(1, undefined, [unknown]));
  },
  "one-tip-unless-caught"() {
    const past = history();
    const { known, p } = past;
    const state = voter(past);
    for (const signer of [3, 3]) {
      const other = known(propose(-state.recent.length)).message.id;
      remember(state, known(acceptorMessage(signer, undefined, [p, other])));
    }
    state.past.caught = 0n;
    draft2a(GRAPH, state, identify);
  },
  "own-2as-are-own"() {
    const { known, oneBs, twoA, next } = history();
    spoil(twoA.facts, { own2as: [oneBs[1], oneBs[1]] });
    known(acceptorMessage(1, twoA.message.id, [twoA.message.id, next]));
  },
  "refs-within-limit"() {
    const past = history();
    const { known, p } = past;
    const state = voter(past);
    state.recent = Array.from(
      { length: draftRefsMax(4) + 1 },
      (_, i) => known(acceptorMessage(3, undefined, [p, known(propose(-i)).message.id])),
    );
    draft2a(GRAPH, state, identify);
  },
};

for (const [name, trip] of Object.entries(TRIPS)) {
  Deno.test(`assertion: ${name}`, () => {
    const error = assertThrows(trip, InvariantError);
    assertEquals(error.invariant, name);
    assertEquals(error.message.startsWith(`${name}: ${INVARIANTS[name as Invariant]}; but `), true);
  });
}

Deno.test("assertion: none is tripped by the history itself", () => {
  const { known, twoA, next } = history();
  known(acceptorMessage(1, twoA.message.id, [twoA.message.id, next]));
  assertEquals(draft2a(GRAPH, voter(history()), identify)?.facts.kind, "2a");
});
