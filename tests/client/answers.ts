/**
 * What acceptors say of themselves.
 *
 * @module
 */

import { ClientError } from "../../lib/client/errors.ts";
import type { AcceptorStatus } from "../../lib/client/status.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import { PROTOCOL_VERSION } from "../../lib/wire/protocol_version.ts";

/** Four of them. */
export const NAMES: readonly string[] = ["Alice", "Bob", "Carol", "Dave"];

/** What an acceptor says that is well and talks to some others. */
export function well(
  name: string,
  others = NAMES,
  but: Partial<AcceptorStatus> = {},
): StatusAnswer {
  const peers = NAMES.filter((other) => other !== name).map((other) => ({
    name: other,
    role: "acceptor",
    connected: others.includes(other),
    lastError: "",
  }));
  const status: AcceptorStatus = {
    agent: "test",
    uptimeMs: 1n,
    configDigest: "",
    configMismatch: undefined,
    instances: 0n,
    messagesKnown: 0n,
    messagesWaiting: 0n,
    messagesSigned: 0n,
    peers,
    rejections: {},
    caught: [],
    caughtCount: 0n,
    votes: true,
    waitsFor: [],
    decisionCount: 0n,
    clock: { offsetMs: 0, uncertaintyMs: 1 },
    certificateNotAfter: undefined,
    protocolVersion: PROTOCOL_VERSION,
    refusedFrom: [],
    open: [],
    journalBytes: 0n,
    journalBytesAtStart: 0n,
    memoryBytes: 90_000_000n,
    syncs: { count: 0n, totalMs: 0, longestMs: 0 },
    ...but,
  };
  return { acceptor: name, status };
}

/** One that is not there. */
export function gone(acceptor: string, why = "connection refused"): StatusAnswer {
  return { acceptor, error: new ClientError("UNREACHABLE", why) };
}
