/**
 * Faults in what is around the rules: ids and signatures, order and durability, bounds, proposers.
 *
 * @module
 */

import type { Edit } from "../../tests/core/mutations.ts";
import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

const SIGNED_BYTES =
  "const bytes = named?.message === message ? named.bytes : canonicalOf(configDigest, message);";

/** In ids and signatures. */
export const NAMES: readonly Fault[] = [
  {
    name: "the id covers the signature",
    origin: "easily done: a signature re-encoded by a bystander would make an equivocator",
    edits: [
      edit(
        "crypto/hash.ts",
        "return idOfCanonical(canonicalOf(configDigest, message));",
        "return sha3Hex(new Uint8Array([...canonicalOf(configDigest, message), " +
          "...message.signature])) as MessageId;",
      ),
      edit(
        "crypto/verify.ts",
        "return idOfCanonical(named.bytes);",
        "return idOfCanonical(new Uint8Array([...named.bytes, ...message.signature]));",
      ),
    ],
    caughtBy: {
      path: "tests/crypto/verify_test.ts",
      test: "a signature re-encoded by a bystander is as good, and the id is the same",
    },
  },
  {
    name: "the signature does not cover the instance",
    origin: "easily done: votes could be repeated elsewhere",
    edits: [
      edit("node/signing.ts", "Message(scope,", "Message({ ...scope, instance: 0n },"),
      edit(
        "crypto/verify.ts",
        SIGNED_BYTES,
        'const bytes = canonicalOf(configDigest, message.kind === "1a" ? message : ' +
          "{ ...message, instance: 0n });",
      ),
    ],
    caughtBy: {
      path: "tests/node/hostile_signature_test.ts",
      test: "an honest message says nothing in another instance",
    },
  },
  {
    name: "the signature does not cover the configuration",
    origin: "easily done: votes could be repeated in another cluster",
    edits: [
      edit(
        "node/signing.ts",
        "Message(scope,",
        "Message({ ...scope, configDigest: new Uint8Array(32) },",
      ),
      edit(
        "crypto/verify.ts",
        SIGNED_BYTES,
        'const bytes = canonicalOf(message.kind === "1a" ? configDigest : new Uint8Array(32), message);',
      ),
    ],
    caughtBy: {
      path: "tests/node/hostile_signature_test.ts",
      test: "an honest message says nothing in another cluster",
    },
  },
];

/** A proposer's next ballot is above this one, too. */
function floor(ballot: string): Edit[] {
  const to = `if (${ballot} !== undefined) raise(${ballot});\n  if (offered !== undefined)`;
  return [edit("core/ballot_time.ts", "if (offered !== undefined)", to)];
}

/** In what happens when a clock is set back. */
export const CLOCKS: readonly Fault[] = [
  {
    name: "an instance is not told that the clock was set back",
    origin: "this program, and easily done: what waits by the clock waits for an hour",
    edits: [edit("node/instances.ts", "if (running.setBacks === setBacks) return", "return")],
    caughtBy: {
      path: "tests/node/set_back_test.ts",
      test: "what waits for refs waits no longer because the clock was set back",
    },
  },
  {
    name: "a proposer keeps to what it planned by a clock that was ahead",
    origin: "this program: a second with the clock an hour ahead silenced it for an hour",
    edits: [
      edit(
        "core/proposer.ts",
        "!== instance.setBacks) timeAnew(state, now);",
        "!== instance.setBacks) state.seenAt = undefined;",
      ),
    ],
    caughtBy: {
      path: "tests/node/set_back_test.ts",
      test: "an acceptor that proposes by a clock that is an hour ahead for a second goes on",
    },
  },
  {
    name: "a ballot that nobody has taken is outdone",
    origin: "this program: one's own, made by a clock that was ahead, puts all further ones off",
    edits: floor("view.highest1a?.facts.ballot"),
    caughtBy: {
      path: "tests/node/proposing_test.ts",
      test: "a proposer does not outbid a ballot that nobody has taken",
    },
  },
  {
    name: "a ballot is outdone that acceptors refuse as too far ahead",
    origin:
      "this program: an acceptor whose clock was ahead has taken it, nobody else does for an hour",
    edits: [
      edit("core/ballot_time.ts", "if (highest !== undefined && compare", "if (false && compare"),
    ],
    caughtBy: {
      path: "tests/core/time_test.ts",
      test: "time: a ballot is just above what somebody has taken, if that can be outdone",
    },
  },
];

/** In running processes. */
export const RUNNING: readonly Fault[] = [
  {
    name: "what was signed is sent first and kept later",
    origin: "easily done: a crash between the two makes an equivocator",
    edits: [
      edit(
        "node/node.ts",
        "const { records, lasting, decided, refused } = this.outcomes.takeUnflushed();",
        "const { records, lasting, decided, refused } = this.outcomes.takeUnflushed();\n" +
          "    for (const observer of this.#observers) observer.appended?.(records);",
      ),
      edit(
        "node/node.ts",
        "if (records.length > 0) this.#observers.forEach((observer) => observer.appended?.(records));",
        "",
      ),
    ],
    caughtBy: {
      path: "tests/node/disk_fault_test.ts",
      test: "a disk that fails when a batch is unkept: nothing goes out, the others go on",
    },
  },
  {
    name: "prev is lost in a restart",
    origin: "another implementation: each restart is an equivocation",
    edits: [
      edit(
        "core/instance.ts",
        'deliver(run, input.message, "");',
        'deliver(run, input.message, "");\n      if (state.acceptor !== undefined) {\n' +
          "        const { self, standing } = state.acceptor;\n" +
          "        Object.assign(state.acceptor, newAcceptor(context.graph, self, standing));\n" +
          "      }",
      ),
    ],
    caughtBy: {
      path: "tests/node/disk_fault_test.ts",
      test: "an acceptor whose disk failed comes back with what is kept, and is not caught",
    },
  },
  {
    name: "a proposer never adopts a value",
    origin: "easily done: a lock and a stubborn proposer wait on each other for ever",
    edits: [
      edit("core/serving.ts", "highest.length === 0 ? [own]", "true ? [own]"),
    ],
    caughtBy: {
      path: "tests/node/proposing_test.ts",
      test: "a proposer takes up the value of the highest 2a instead of its own",
    },
  },
  {
    name: "a proposer dies with a peer",
    origin: "the reference",
    edits: [
      edit(
        "process/carry.ts",
        "    ended(why) {\n",
        "    ended(why) {\n      if (why !== undefined) onFault(why);\n",
      ),
    ],
    caughtBy: {
      path: "tests/node/proposing_test.ts",
      test: "a proposer outlives its peers, and decides with those that are left",
    },
  },
  {
    name: "the backlog is offered in the order of a hash map",
    origin: "another implementation: a late learner hangs for ever",
    edits: [
      edit(
        "link/feed.ts",
        "const offered = records.filter(({ id }) => !this.#knowledge.has(id));",
        "const offered = records.filter(({ id }) => !this.#knowledge.has(id))\n" +
          "      .sort((a, b) => a.id < b.id ? -1 : 1);",
      ),
    ],
    caughtBy: {
      path: "tests/node/feed_test.ts",
      test: "offers begin at the position given, in causal order, without what the peer has",
    },
  },
  {
    name: "a ballot ahead of the clock holds up others",
    origin: "another implementation: a thread sleeps for each",
    edits: [
      edit(
        "core/instance.ts",
        'if (message.kind === "1a") return receive1a(',
        'if (state.future.length > 0) return;\n  if (message.kind === "1a") return receive1a(',
      ),
    ],
    caughtBy: {
      path: "tests/core/time_test.ts",
      test: "time: nothing waits for a 1a that the clock has not reached",
    },
  },
  {
    name: "the inbox is not bounded",
    origin: "another implementation: memory grows without bound",
    edits: [
      edit(
        "core/instance.ts",
        "wait(state.inbox, context.limits,",
        "wait(state.inbox, { ...context.limits, inboxRefsPerPeerMax: Infinity },",
      ),
    ],
    caughtBy: {
      path: "tests/node/hostile_waiting_test.ts",
      test: "a flood of messages with unknown refs stays within its bound",
    },
  },
  {
    name: "an observer believes a 1a of any time",
    origin: "this program: one 1a from the far future silenced every proposer; found by simulation",
    edits: [
      edit(
        "core/timing.ts",
        "if (tooFar !== undefined) return",
        "if (acceptor !== undefined && tooFar !== undefined) return",
      ),
      ...floor("view.highest1a?.facts.ballot"),
      edit("core/ballot_time.ts", "if (highest !== undefined && compare", "if (false && compare"),
    ],
    caughtBy: {
      path: "tests/core/far_future_test.ts",
      test: "a proposer does not offer above a ballot that no acceptor takes",
    },
  },
  {
    name: "a proposer offers nothing but the value of the highest 2a",
    origin: "this program, and the rule as it is stated elsewhere; found by simulation",
    edits: [edit("core/proposer.ts", "values[round % values.length]!", "values[0]!")],
    caughtBy: {
      path: "tests/paper_test.ts",
      test: "Values: if the highest 2a's leads to nothing, that of another learner's has its turn",
    },
  },
  {
    name: "what is taken back from peers need not last",
    origin: "this program: only what it signed waited for the disk; found by simulation",
    edits: [edit(
      "node/outcomes.ts",
      "      // It has been forgotten before.\n      this.#isLasting = true;",
      "      void this.#isLasting;",
    )],
    caughtBy: {
      path: "tests/node/restore_test.ts",
      test: "what an acceptor takes back is on its disk before it votes",
    },
  },
  {
    name: "what is signed is sent before the disk has it",
    origin: "whoever leaves it to the disk's buffers; seen in clusters, step by step",
    edits: [
      edit(
        "node/node.ts",
        "this.ledger.flush(isLasting, unkept)",
        "this.ledger.flush(false, unkept)",
      ),
    ],
    caughtBy: { sim: 10 },
  },
];
