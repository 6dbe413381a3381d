/**
 * How an acceptor's status is shown.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { statusDetails, statusJson } from "../../cli/commands/status_text.ts";
import { toJsonLine } from "../../cli/output.ts";
import type { AcceptorStatus } from "../../lib/client/status.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";

const UNTIL = new Date("2027-01-02T03:04:05Z");

/** An acceptor with something of everything. */
function full(peer: string): AcceptorStatus {
  return {
    agent: "test 1",
    uptimeMs: 7_200_000n,
    configDigest: "00112233445566778899",
    configMismatch: undefined,
    instances: 1n,
    messagesKnown: 9n,
    messagesWaiting: 2n,
    messagesSigned: 3n,
    peers: [{
      ...{ name: peer, role: "acceptor", connected: false, lastError: "connection refused" },
      ...{ lastWords: "its journal cannot be written", certificateNotAfter: UNTIL },
    }],
    rejections: { FAR_FUTURE: 4n },
    caught: [{ name: "Dave", instance: 5n }],
    caughtCount: 1n,
    votes: false,
    waitsFor: [peer],
    decisionCount: 6n,
    clock: { offsetMs: -12.4, uncertaintyMs: 1.2 },
    certificateNotAfter: UNTIL,
    protocolVersion: 2,
    refusedFrom: [{ name: peer, code: "FAR_FUTURE", count: 4n, agoMs: 3_400n, detail: "too far" }],
    open: [{
      ...{ instance: 8n, highest: UNTIL, waiting: 2n, windowOwner: "Bob", windowLeftMs: 40n },
      ...{ held: ["client_0"], silent: true },
      why: [{ learner: "Eve", cause: "starved", text: "Eve is starved" }],
    }],
    journalBytes: 5_000n,
    journalBytesAtStart: 1_000n,
    memoryBytes: 90_000_000n,
    syncs: { count: 4n, totalMs: 10, longestMs: 7.6 },
  };
}

const ANSWERS: readonly StatusAnswer[] = [
  { acceptor: "Alice", status: full("Bob") },
  { acceptor: "Bob", status: full("Alice") },
];

Deno.test("all of one acceptor is told, links and refusals as both ends tell them", () => {
  assertEquals(statusDetails("Alice", full("Bob"), ANSWERS), [
    "test 1, version 2 of the conversation; up 7200 s",
    "configuration 0011223344556677…: the same as ours",
    "does not vote yet, it waits to hear from Bob",
    "clock -12 ms from ours, give or take 2 ms",
    "certificate until 2027-01-02",
    "6 decisions, 9 messages known, 3 signed, 2 wait; 1 instances in memory",
    "journal 5000 bytes, 4000 more than at the start (2000 an hour)",
    "memory 90000000 bytes",
    "4 batches kept, 2.5 ms each, the longest lately 8 ms",
    "link with Bob (acceptor): none (connection refused); Bob says: none (connection refused); it " +
    "said last: its journal cannot be written; certificate until 2027-01-02",
    "refuses of Bob: FAR_FUTURE 4 times, the last 3 s ago: too far",
    "Bob refuses of it: FAR_FUTURE 4 times, the last 3 s ago: too far",
    "instance 8: highest ballot of 2027-01-02T03:04:05.000Z, 2 messages wait; window of Bob for 40 " +
    "ms; holds back client_0; signs nothing there; Eve waits: Eve is starved",
    "caught Dave in instance 5",
  ]);
});

Deno.test("the same is there for programs", () => {
  const json = JSON.parse(toJsonLine(statusJson("Alice", full("Bob"))));
  assertEquals(json.refusedFrom[0].agoMs, "3400");
  assertEquals(json.peers[0].lastWords, "its journal cannot be written");
  assertEquals(json.open[0].why[0].cause, "starved");
  assertEquals([json.journalBytes, json.syncs.longestMs], ["5000", 7.6]);
});
