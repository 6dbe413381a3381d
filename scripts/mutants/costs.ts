/**
 * Faults of what a stranger, a client or a liar may cost, and of what makes room for whom.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

const PENDING = "tests/net/pending_test.ts";
const LINK_END = "tests/node/link_end_test.ts";

/** Of what waits, of connections, and of silence. */
export const COSTS: readonly Fault[] = [
  {
    name: "what comes on top pushes out what is needed",
    origin:
      "this program: whoever was far behind with little room never got down to what it lacked",
    edits: [
      edit(
        "core/inbox_room.ts",
        "  for (const id of spareOf(inbox, source, arriving)) return",
        "//",
      ),
      edit(
        "core/inbox_room.ts",
        "  for (const id of inbox.exposed.get(source) ?? NONE) return",
        "//",
      ),
      edit("core/inbox_room.ts", "arriving.isNeeded", "true"),
    ],
    caughtBy: {
      path: "tests/core/inbox_test.ts",
      test: "the way down to what is known is not given up for what comes on top",
    },
  },
  {
    name: "what had to go for want of room is not asked for again",
    origin: "this program: a member missed a decision while its links lasted; found by simulation",
    edits: [
      edit(
        "node/outcomes.ts",
        "if (fetcher.hasRefused(id)) return;",
        "if (id !== undefined) return;",
      ),
    ],
    caughtBy: {
      path: "tests/node/dropped_test.ts",
      test: "a message for which there was no room is asked for again, though nothing refers to it",
    },
  },
  {
    name: "what had to go on the way down is asked for from the top again",
    origin: "this program: what grows is never caught up with; found by simulation, once in 2,000",
    edits: [
      edit("node/again.ts", "      const ready = above.filter", "      const ready = [].filter"),
    ],
    caughtBy: {
      path: "tests/node/dropped_test.ts",
      test: "who is far behind with room for few messages gets all, though more come meanwhile",
    },
  },
  {
    name: "an equivocator's further branches cost it nothing",
    origin: "this program: 16,000 of them made decisions of others 6.5 s late",
    edits: [edit("node/proposal_gate.ts", 'return wire.kind === "acceptor" &&', "return false &&")],
    caughtBy: {
      path: "tests/node/hostile_flood_test.ts",
      test: "messages of a caught acceptor are rated like 1as, unless they are asked for",
    },
  },
  {
    name: "to be asked is to act",
    origin: "this program: queries brought instances back, and signed",
    edits: [edit(
      "node/node.ts",
      "    return this.decisions.of(instance);",
      "    this.bringBack(instance);\n    return this.decisions.of(instance);",
    )],
    caughtBy: { sim: 20 },
  },
  {
    name: "a newcomer pushes out whoever has waited longest, from wherever",
    origin: "what a queue does: a flood from one address turns everybody else away",
    edits: [edit("net/pending.ts", "if (sizeOf(network) <= count) continue;", "if (most) break;")],
    caughtBy: { path: PENDING, test: "a flood from one address pushes out its own" },
  },
  {
    name: "those who shake hands make room for those who say nothing",
    origin: "this program: honest newcomers were turned away one time in three",
    edits: [
      edit("net/pending.ts", "silent.size > spoken.size ? silent", "spoken.size === 0 ? silent"),
    ],
    caughtBy: {
      path: PENDING,
      test: "a flood of the silent does not push out who shakes hands, nor who is about to",
    },
  },
  {
    name: "a call that nobody reads is written to",
    origin: "this program: 120 of them that are never read, 86 MB to 1,332",
    edits: [edit("net/unsent.ts", "this.#waiting.size === 0 && this.#hasRoom()", "true")],
    caughtBy: {
      path: "tests/net/unsent_test.ts",
      test: "a call that is not read is not written, while a link goes on",
    },
  },
  {
    name: "nobody notices that nobody arrives any more",
    origin: "this program: descriptors had run out once, and it looked alive for ever after",
    edits: [
      edit("net/door.ts", "if (trial !== undefined && !this.#hasArrived) {", "if (false) {"),
    ],
    caughtBy: {
      path: "tests/net/door_test.ts",
      test: "a door at which nobody arrives any more is opened anew, and told of",
    },
  },
  {
    name: "a Hello may be as long as any envelope",
    origin: "this program: Hello after Hello with a long agent, 95 MB to 850",
    edits: [edit("net/connection.ts", "isStream ? bounds.helloBytesMax : Infinity", "Infinity")],
    caughtBy: {
      path: "tests/net/answers_test.ts",
      test: "a Hello is short, and an identity opens so many links",
    },
  },
  {
    name: "a pause of our own counts as the peer's silence",
    origin: "this program: syncs of 2 to 6 s broke 50 to 97 links in the course of one decision",
    edits: [edit("wire/silence.ts", "if (isLate(nowMs, dueMs)) this", "if (false) this")],
    caughtBy: { path: LINK_END, test: "a pause of our own is not the peer's silence" },
  },
  {
    name: "a peer that sends, and answers no ping, is given up",
    origin: "this program: large values over long distances closed links again and again",
    edits: [
      edit(
        "link/link.ts",
        "    this.#silence.heard();",
        "    if (envelope.pong) this.#silence.heard();",
      ),
    ],
    caughtBy: { path: LINK_END, test: "any sign of life keeps a link up" },
  },
  {
    name: "nobody names a slow disk",
    origin: "this program: links broke, and peers blamed the network",
    edits: [edit("node/slow_disk.ts", "if (tookMs < SLOW_MS) return;", "if (tookMs >= 0) return;")],
    caughtBy: {
      path: "tests/node/slow_disk_test.ts",
      test: "a slow disk is named, once a minute, with how often and how long",
    },
  },
];
