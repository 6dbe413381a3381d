/**
 * What an acceptor answers to calls.
 *
 * @module
 */

import { memoryUsage } from "node:process";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { fullSet, membersOf, setOf } from "../core/acceptor_set.ts";
import { isRejection } from "../core/rejection.ts";
import { hashValue } from "../crypto/hash.ts";
import { rejectionToError } from "../net/errors.ts";
import type { CallContext, ServiceHandlers } from "../net/rpc.ts";
import type { Role } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import {
  CaughtAcceptorSchema,
  type GetStatusResponse,
  GetStatusResponseSchema,
  type ProposeRequest,
  RefusedFromSchema,
  SyncTimesSchema,
} from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { fromHex } from "../wire/hex.ts";
import { encodeDigest } from "../config/digests.ts";
import type { Node } from "../node/node.ts";
import { followDecisions, followDecisionsIn } from "./follow.ts";
import type { Peers } from "./peers.ts";
import { makeLogHandlers } from "./log_service.ts";
import { logStatus } from "./log_status.ts";
import type { LogPort } from "../node/log_port.ts";
import { explainIn, unlinked } from "./explaining.ts";
import { PendingProposals, type SayWhy } from "./pending_proposals.ts";
import { whyNotReady } from "./readiness.ts";
import { decisionsWithin, encodeDecision } from "./answers.ts";
import { openInstances } from "./open_instances.ts";
import { PROTOCOL_VERSION } from "../wire/protocol_version.ts";
import { newProposing, turnOf } from "../node/proposing.ts";
import { allKept, restOf } from "./ending.ts";

/** Decisions in a status, at most: the newest. */
const STATUS_DECISIONS_MAX = 20;

/** Bytes that they take, at most: with all the rest less than the smallest `envelopeBytesMax`. */
const STATUS_DECISION_BYTES_MAX = 32 * 1024;

/** Proofs of equivocation in a status, at most: the newest. */
const STATUS_CAUGHT_MAX = 100;

/** Refusals in a status, by peer and reason, at most: the latest. */
const STATUS_REFUSED_MAX = 30;

/** Characters of why a peer is not connected, at most. */
const STATUS_ERROR_LENGTH_MAX = 200;

/** What an answer to Propose has room for besides its longest value, in bytes. */
const VALUE_ROOM_BYTES = 2 * 1024;

/** Who answers. */
export interface ServiceOptions {
  readonly node: Node;
  readonly peers: Peers;
  readonly role: Role;
  readonly incarnation: bigint;
  readonly agent: string;
  /** Those from whom it waits to hear before it votes, by name; nobody if it votes. */
  waitsFor?(): readonly string[];
  /** The log, for calls of it; undefined if there is none. */
  readonly log?: LogPort | undefined;
  /** Says why proposals that callers wait for are not decided, if anybody is to. */
  readonly sayWhy?: SayWhy | undefined;
  /** Whether it serves without TLS. */
  readonly cleartext?: boolean;
  /** Last moment of the certificate that an identity shows; undefined if it is not known. */
  certificateNotAfter?(name: string): Date | undefined;
}

/** Makes the handlers of the service. */
export function makeHandlers(options: ServiceOptions): ServiceHandlers {
  const { node, peers, log } = options;
  const startedMs = node.options.clock.elapsedMs();
  const journalBytesAtStart = node.ledger.journal.bytes?.() ?? 0;
  const cleartext = options.cleartext ?? false;
  const pending = new PendingProposals({ node, peers, cleartext }, options.sayWhy);
  return {
    link: ({ peer, receivedBytes }) => peers.inbound(peer, receivedBytes),
    getStatus: () => Promise.resolve(statusOf({ ...options, journalBytesAtStart }, startedMs)),
    async *watchDecisions({ instances, learners, onlyNew }, { signal }) {
      const { decisions } = node;
      const followed = instances.length > 0
        ? followDecisionsIn(decisions, instances, signal, onlyNew)
        : followDecisions(decisions, signal, onlyNew ? decisions.count : 0);
      for await (const decision of followed) {
        if (learners.length > 0 && !learners.includes(decision.learner)) continue;
        yield encodeDecision(decision);
      }
    },
    propose: (request, context) => propose({ node, peers, pending }, request, context),
    ...log && { log: makeLogHandlers(log, node.options.configuration.limits) },
    isServing: () => {
      const waitsFor = options.waitsFor ?? (() => []);
      return whyNotReady({ node, peers, waitsFor }).length === 0;
    },
  };
}

function statusOf(
  options: ServiceOptions & { readonly journalBytesAtStart: number },
  startedMs: number,
): GetStatusResponse {
  const { node, peers, role, incarnation, agent } = options;
  const { configuration, clock } = node.options;
  const { journal } = node.ledger;
  const instances = node.instances.all;
  const now = clock.now();
  return create(GetStatusResponseSchema, {
    name: configuration.self.name,
    role,
    agent,
    configDigest: encodeDigest(configuration.digest),
    incarnation,
    uptimeMs: BigInt(Math.round(clock.elapsedMs() - startedMs)),
    instances: BigInt(instances.length),
    messagesKnown: BigInt(node.ledger.length),
    messagesWaiting: BigInt(
      instances.reduce(
        (sum, { state }) => sum + state.inbox.waiting.size + state.future.length + state.held.size,
        0,
      ),
    ),
    messagesSigned: BigInt(node.outcomes.signed),
    peers: peers.status().map((peer) => {
      const notAfter = options.certificateNotAfter?.(peer.name);
      return {
        ...peer,
        lastError: peer.lastError.slice(0, STATUS_ERROR_LENGTH_MAX),
        lastWords: peer.lastWords.slice(0, STATUS_ERROR_LENGTH_MAX),
        certificateNotAfter: notAfter && timestampFromDate(notAfter),
      };
    }),
    rejections: [...node.rejections]
      .map(([code, count]) => ({ code, count: BigInt(count) }))
      .sort((a, b) => a.code < b.code ? -1 : 1),
    caughtCount: BigInt(journal.evidenceCount),
    caught: journal.evidence(Math.max(0, journal.evidenceCount - STATUS_CAUGHT_MAX)).map((
      { acceptor, instance, first, second },
    ) =>
      create(CaughtAcceptorSchema, {
        name: acceptor,
        instance,
        firstId: fromHex(first),
        secondId: fromHex(second),
      })
    ),
    decisions: decisionsWithin(
      node.decisions.newest(STATUS_DECISIONS_MAX),
      STATUS_DECISION_BYTES_MAX,
      0,
    ),
    certificateNotAfter: timestampFromDate(configuration.self.certificate.notAfter),
    votes: node.votes,
    waitsFor: [...options.waitsFor?.() ?? []],
    decisionCount: BigInt(journal.decisionCount),
    time: { seconds: BigInt(now.seconds), nanos: now.nanos },
    refusedFrom: refusedFrom(node),
    open: openInstances(node, peers),
    journalBytes: BigInt(journal.bytes?.() ?? 0),
    journalBytesAtStart: BigInt(options.journalBytesAtStart),
    syncs: syncTimes(node),
    protocolVersion: PROTOCOL_VERSION,
    memoryBytes: BigInt(memoryUsage().rss),
    log: options.log && logStatus(options.log),
  });
}

/** By whom, the latest first, as many as there is room for. */
function refusedFrom({ refusedFrom, options: { clock } }: Node) {
  return refusedFrom.toSorted((a, b) => b.lastMs - a.lastMs).slice(0, STATUS_REFUSED_MAX)
    .map(({ peer, code, count, lastMs, detail }) =>
      create(RefusedFromSchema, {
        ...{ name: peer, code, count: BigInt(count) },
        detail: detail.slice(0, STATUS_ERROR_LENGTH_MAX),
        agoMs: BigInt(Math.round(Math.max(0, clock.elapsedMs() - lastMs))),
      })
    );
}

function syncTimes({ syncs: { count, totalMs, longestMs } }: Node) {
  return create(SyncTimesSchema, { count: BigInt(count), totalMs, longestMs });
}

async function propose(
  { node, peers, pending }: {
    readonly node: Node;
    readonly peers: Pick<Peers, "lost">;
    readonly pending: PendingProposals;
  },
  request: ProposeRequest,
  { signal, onWorthy }: CallContext,
) {
  const { instance, value, learners } = request;
  const { limits } = node.options.configuration;
  const names = node.context.graph.spec.learners;
  if (value.length === 0) throw new ConnectError("the value is empty", Code.InvalidArgument);
  if (value.length > limits.valueBytesMax) {
    const detail = `the value has ${value.length} bytes, above ${limits.valueBytesMax}`;
    throw new ConnectError(detail, Code.InvalidArgument);
  }
  const unknown = learners.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ConnectError(`there is no learner ${JSON.stringify(unknown)}`, Code.InvalidArgument);
  }
  const serves = learners.length === 0
    ? fullSet(names.length)
    : setOf(learners.map((name) => names.indexOf(name)));
  const proposing = newProposing(hashValue(value), serves, turnOf(node.options.configuration));
  const isNew = node.decisionsIn(instance).length === 0;
  const refused = node.propose(instance, proposing, new Uint8Array(value));
  if (isRejection(refused)) throw rejectionToError(refused);
  const stop = () => node.stopProposing(instance, proposing);
  signal.addEventListener("abort", stop);
  const waits = membersOf(serves).map((index) => names[index]!);
  const waited = pending.add(instance, waits);
  try {
    if (signal.aborted) stop();
    // The answer says how things stand: whom it leaves out is starved, and may be asked for again.
    if (!await restOf(proposing)) {
      throw new ConnectError(notDecided(node, peers, instance, waits), Code.Canceled);
    }
    await allKept(node);
    if (isNew) onWorthy();
  } finally {
    signal.removeEventListener("abort", stop);
    waited();
    stop();
  }
  const decisions = node.decisionsIn(instance)
    .filter(({ learner }) => ((serves >> BigInt(names.indexOf(learner))) & 1n) === 1n);
  return { decisions: decisionsWithin(decisions, limits.valueBytesMax + VALUE_ROOM_BYTES) };
}

/** Why the first of the learners that have not decided has not, as far as is known here. */
function notDecided(
  node: Node,
  peers: Pick<Peers, "lost">,
  instance: bigint,
  learners: readonly string[],
): string {
  const decided = new Set(node.decisionsIn(instance).map(({ learner }) => learner));
  const open = learners.find((learner) => !decided.has(learner)) ?? learners[0]!;
  const [sentence] = explainIn(node, instance, open, { unable: unlinked(peers) });
  return `instance ${instance} is not decided: ${sentence!.text}`;
}
