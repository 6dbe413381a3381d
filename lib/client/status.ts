/**
 * How acceptors say they are.
 *
 * @module
 */

import { timestampDate, timestampMs } from "@bufbuild/protobuf/wkt";
import type { ConfigDigests } from "../config/digest.ts";
import { describeMismatch } from "../config/digests.ts";
import type { GetStatusResponse, OpenInstance } from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { toHex } from "../wire/hex.ts";
import { roleName } from "../wire/role_name.ts";
import { type LogState, readLogStatus } from "./log_status.ts";

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
  /** What it said when it ended a link for a reason of its own, if it has and is not back. */
  readonly lastWords?: string;
  /** Last moment of the certificate that it shows; undefined if it is not known. */
  readonly certificateNotAfter?: Date | undefined;
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
  /** In what its configuration differs from ours; undefined if in nothing. */
  readonly configMismatch: string | undefined;
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
  /** Of its configuration's conversation; 0 if it does not say. */
  readonly protocolVersion: number;
  /** The log; undefined if there is none. */
  readonly log?: LogState | undefined;
  /** What it has refused, by who has sent it and why. */
  readonly refusedFrom: readonly {
    /** Whose it was. */
    readonly name: string;
    /** Why, as {@linkcode AcceptorStatus.rejections} counts it. */
    readonly code: string;
    /** How often since it was started. */
    readonly count: bigint;
    /** Milliseconds since the last. */
    readonly agoMs: bigint;
    /** The last, as a line for a person. */
    readonly detail: string;
  }[];
  /** The newest instances in use in which not all learners have decided. */
  readonly open: readonly {
    /** Its number. */
    readonly instance: bigint;
    /** When the highest ballot taken there was made; undefined if there is none. */
    readonly highest: Date | undefined;
    /** Messages that wait for others, or for their time. */
    readonly waiting: bigint;
    /** Whose ballots are let pass now; empty if anybody's of those in no rotation. */
    readonly windowOwner: string;
    /** For how much longer, in milliseconds; 0 without windows. */
    readonly windowLeftMs: bigint;
    /** Whose ballots wait for their windows. */
    readonly held: readonly string[];
    /** Whether it signs nothing there, for it is not sure what it has signed. */
    readonly silent: boolean;
    /** Why learners have not decided there, as this acceptor knows it. */
    readonly why: readonly {
      /** Its name. */
      readonly learner: string;
      /** A word for programs. */
      readonly cause: string;
      /** For people. */
      readonly text: string;
    }[];
  }[];
  /** Bytes of its journal; 0 without a disk. */
  readonly journalBytes: bigint;
  /** The same when it was started. */
  readonly journalBytesAtStart: bigint;
  /** Bytes of the machine's memory that it has; 0 if it does not say. */
  readonly memoryBytes: bigint;
  /** What keeping batches in the journal takes. */
  readonly syncs: {
    /** Batches kept. */
    readonly count: bigint;
    /** What all took, in milliseconds. */
    readonly totalMs: number;
    /** The longest of the last minute or two, in milliseconds. */
    readonly longestMs: number;
  };
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

/**
 * What an answer says.
 *
 * @param ours Of our configuration.
 */
export function readStatus(
  answer: GetStatusResponse,
  asked: Asked,
  ours: ConfigDigests,
): AcceptorStatus {
  const { peers, rejections, caught, certificateNotAfter } = answer;
  return {
    agent: answer.agent,
    uptimeMs: answer.uptimeMs,
    configDigest: toHex(answer.configDigest?.whole ?? new Uint8Array()),
    configMismatch: describeMismatch(ours, answer.configDigest),
    instances: answer.instances,
    messagesKnown: answer.messagesKnown,
    messagesWaiting: answer.messagesWaiting,
    messagesSigned: answer.messagesSigned,
    peers: peers.map(({ name, role, connected, lastError, lastWords, certificateNotAfter }) => ({
      ...{ name, role: roleName(role), connected, lastError, lastWords },
      certificateNotAfter: certificateNotAfter && timestampDate(certificateNotAfter),
    })),
    rejections: Object.fromEntries(rejections.map(({ code, count }) => [code, count])),
    caught: caught.map(({ name, instance }) => ({ name, instance })),
    caughtCount: answer.caughtCount,
    votes: answer.votes,
    waitsFor: answer.waitsFor,
    decisionCount: answer.decisionCount,
    clock: answer.time && offsetOf(timestampMs(answer.time), asked),
    certificateNotAfter: certificateNotAfter && timestampDate(certificateNotAfter),
    protocolVersion: answer.protocolVersion,
    log: readLogStatus(answer.log),
    refusedFrom: answer.refusedFrom.map(({ name, code, count, agoMs, detail }) => (
      { name, code, count, agoMs, detail }
    )),
    open: answer.open.map(readOpen),
    journalBytes: answer.journalBytes,
    journalBytesAtStart: answer.journalBytesAtStart,
    memoryBytes: answer.memoryBytes,
    syncs: {
      count: answer.syncs?.count ?? 0n,
      totalMs: answer.syncs?.totalMs ?? 0,
      longestMs: answer.syncs?.longestMs ?? 0,
    },
  };
}

function readOpen({ highest, why, ...open }: OpenInstance): AcceptorStatus["open"][number] {
  const { instance, waiting, windowOwner, windowLeftMs, held, silent } = open;
  return {
    ...{ instance, waiting, windowOwner, windowLeftMs, held, silent },
    highest: highest?.timestamp && timestampDate(highest.timestamp),
    why: why.map(({ learner, cause, text }) => ({ learner, cause, text })),
  };
}

function offsetOf(theirsMs: number, { askedMs, answeredMs }: Asked): ClockOffset {
  const uncertaintyMs = Math.max(0, answeredMs - askedMs) / 2;
  return { offsetMs: theirsMs - (askedMs + uncertaintyMs), uncertaintyMs };
}
