/**
 * How acceptors say they are.
 *
 * @module
 */

import { timestampDate, timestampMs } from "@bufbuild/protobuf/wkt";
import type { GetStatusResponse } from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { toHex } from "../wire/hex.ts";
import { roleName } from "../wire/role_name.ts";

/**
 * One whom an acceptor knows.
 *
 * @example
 * ```ts
 * import { type PeerState } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const bob: PeerState = { name: "Bob", role: "acceptor", connected: true, lastError: "" };
 * assertEquals(bob.connected, true);
 * ```
 */
export interface PeerState {
  /** Its name. */
  readonly name: string;
  /** `acceptor`, `learner`, `proposer`; `unspecified` for who has not said. */
  readonly role: string;
  /** Whether they talk to each other. */
  readonly connected: boolean;
  /** What the last attempt failed with; empty if none did. */
  readonly lastError: string;
}

/**
 * What one acceptor says of itself. Nobody else has confirmed it.
 *
 * @example
 * ```ts
 * import { type AcceptorStatus } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const alone = ({ peers }: Pick<AcceptorStatus, "peers">) =>
 *   peers.every(({ connected }) => !connected);
 * const bob = { name: "Bob", role: "acceptor", connected: false, lastError: "closed by peer" };
 * assertEquals(alone({ peers: [bob] }), true);
 * ```
 */
export interface AcceptorStatus {
  /** Program and version. */
  readonly agent: string;
  /** Milliseconds since it was started. */
  readonly uptimeMs: bigint;
  /** Of its configuration, in hex. */
  readonly configDigest: string;
  /** Instances in memory. */
  readonly instances: bigint;
  /** Messages in its journal. */
  readonly messagesKnown: bigint;
  /** Messages that wait for others. */
  readonly messagesWaiting: bigint;
  /** Messages that it has signed since it was started. */
  readonly messagesSigned: bigint;
  /** Everybody it knows. */
  readonly peers: readonly PeerState[];
  /** Messages that it refused, by code. */
  readonly rejections: Readonly<Record<string, bigint>>;
  /** Acceptors that it caught, the newest hundred. */
  readonly caught: readonly { readonly name: string; readonly instance: bigint }[];
  /** How many it caught in all, once for each instance. */
  readonly caughtCount: bigint;
  /** Whether it signs. It does not before it has asked its peers what it has said. */
  readonly votes: boolean;
  /** From whom it waits to hear before it votes, by name. */
  readonly waitsFor: readonly string[];
  /** Decisions in all: one for each learner and instance. */
  readonly decisionCount: bigint;
  /** Its clock; undefined if it does not say. */
  readonly clock: ClockOffset | undefined;
  /** Last moment of its certificate; undefined if it does not say. */
  readonly certificateNotAfter: Date | undefined;
}

/** How far a clock is ahead of ours. */
export interface ClockOffset {
  /** Milliseconds; negative if it is behind. */
  readonly offsetMs: number;
  /** It may be so much more or less: half the time that the answer took, in milliseconds. */
  readonly uncertaintyMs: number;
}

/** Our time when the question left and when the answer came, in milliseconds since 1970. */
export interface Asked {
  readonly askedMs: number;
  readonly answeredMs: number;
}

/** What an answer says. */
export function readStatus(answer: GetStatusResponse, asked: Asked): AcceptorStatus {
  const { peers, rejections, caught, certificateNotAfter } = answer;
  return {
    agent: answer.agent,
    uptimeMs: answer.uptimeMs,
    configDigest: toHex(answer.configDigest?.whole ?? new Uint8Array()),
    instances: answer.instances,
    messagesKnown: answer.messagesKnown,
    messagesWaiting: answer.messagesWaiting,
    messagesSigned: answer.messagesSigned,
    peers: peers.map(({ name, role, connected, lastError }) => ({
      name,
      role: roleName(role),
      connected,
      lastError,
    })),
    rejections: Object.fromEntries(rejections.map(({ code, count }) => [code, count])),
    caught: caught.map(({ name, instance }) => ({ name, instance })),
    caughtCount: answer.caughtCount,
    votes: answer.votes,
    waitsFor: answer.waitsFor,
    decisionCount: answer.decisionCount,
    clock: answer.time && offsetOf(timestampMs(answer.time), asked),
    certificateNotAfter: certificateNotAfter && timestampDate(certificateNotAfter),
  };
}

function offsetOf(theirsMs: number, { askedMs, answeredMs }: Asked): ClockOffset {
  const uncertaintyMs = Math.max(0, answeredMs - askedMs) / 2;
  return { offsetMs: theirsMs - (askedMs + uncertaintyMs), uncertaintyMs };
}
