/**
 * All metrics: what each means, and how it is read from what a node keeps anyway.
 *
 * @module
 */

import { Role } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { roleName } from "../wire/role_name.ts";
import type { CertificateWatch } from "./certificate_watch.ts";
import { oldestUndecidedMs, openInstances } from "./open_instances.ts";
import type { Peers } from "./peers.ts";
import { type Ready, whyNotReady } from "./readiness.ts";

/** What is measured. */
export interface Measured extends Ready {
  /** Program and version. */
  readonly agent: string;
  readonly certificates: Pick<CertificateWatch, "notAfter">;
  readonly peers: Pick<Peers, "status" | "lost">;
}

/** A number, or one for each value of a label, or of several. */
export type Reading =
  | number
  | Iterable<readonly [labels: string | readonly string[], value: number]>;

/** One metric: its name without the prefix, what it means, its labels if it has any, and its reader. */
export interface Metric {
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly labels?: readonly string[];
  read(measured: Measured): Reading;
}

/** All metrics: docs/OPERATIONS.md has the same table. */
export const METRICS: readonly Metric[] = [
  {
    name: "build_info",
    kind: "gauge",
    help: "Always 1; the program and its version",
    labels: ["agent"],
    read: ({ agent }) => [[agent, 1]],
  },
  {
    name: "ready",
    kind: "gauge",
    help: "1 if /readyz says so: it votes, if it is an acceptor, and has a quorum in reach",
    read: (measured) => whyNotReady(measured).length === 0 ? 1 : 0,
  },
  {
    name: "votes",
    kind: "gauge",
    help: "1 if it is an acceptor that votes",
    read: ({ node }) => node.votes ? 1 : 0,
  },
  {
    name: "peer_connected",
    kind: "gauge",
    help: "1 if there is a link with this acceptor",
    labels: ["peer"],
    read: ({ peers }) =>
      peers.status().filter(({ role }) => role === Role.ACCEPTOR)
        .map(({ name, connected }) => [name, connected ? 1 : 0]),
  },
  {
    name: "decisions_total",
    kind: "counter",
    help: "Decisions known: one for each learner and instance",
    read: ({ node }) => node.decisions.count,
  },
  {
    name: "messages_known_total",
    kind: "counter",
    help: "Messages delivered, earlier runs included",
    read: ({ node }) => node.ledger.length,
  },
  {
    name: "messages_signed_total",
    kind: "counter",
    help: "Messages signed since the start",
    read: ({ node }) => node.outcomes.signed,
  },
  {
    name: "messages_waiting",
    kind: "gauge",
    help: "Messages that wait for others or for their time",
    read: ({ node }) =>
      node.instances.all.reduce(
        (sum, { state }) => sum + state.inbox.waiting.size + state.future.length + state.held.size,
        0,
      ),
  },
  {
    name: "instances",
    kind: "gauge",
    help: "Instances in memory",
    read: ({ node }) => node.instances.all.length,
  },
  {
    name: "rejections_total",
    kind: "counter",
    help: "Messages refused since the start, by reason",
    labels: ["code"],
    read: ({ node }) => node.rejections,
  },
  {
    name: "caught_total",
    kind: "counter",
    help: "Equivocations proved: one for each acceptor and instance",
    read: ({ node }) => node.ledger.journal.evidenceCount,
  },
  {
    name: "certificate_expiry_timestamp_seconds",
    kind: "gauge",
    help: "Last moment of the certificate that each identity shows, since 1970",
    labels: ["name"],
    read: ({ node, certificates }) =>
      node.options.configuration.identities.flatMap(({ name }) => {
        const notAfter = certificates.notAfter(name);
        return notAfter === undefined ? [] : [[name, notAfter.getTime() / 1000] as const];
      }),
  },
  {
    name: "refused_from_total",
    kind: "counter",
    help: "The same by whose identity has sent them",
    labels: ["peer", "code"],
    read: ({ node }) => node.refusedFrom.map(({ peer, code, count }) => [[peer, code], count]),
  },
  {
    name: "waits_for",
    kind: "gauge",
    help: "1 for each acceptor from which it waits to hear before it votes",
    labels: ["peer"],
    read: ({ waitsFor }) => waitsFor().map((name) => [name, 1]),
  },
  {
    name: "guests_connected",
    kind: "gauge",
    help: "Learners and proposers that have a link here, by role",
    labels: ["role"],
    read: ({ peers }) => {
      const roles = peers.status().filter(({ role }) => role !== Role.ACCEPTOR)
        .map(({ role }) => roleName(role));
      return [...new Set(roles)].map((role) => [role, roles.filter((one) => one === role).length]);
    },
  },
  {
    name: "undecided",
    kind: "gauge",
    help: "Learners of the newest open instances that have waited for a second or more, by cause",
    labels: ["cause"],
    read: ({ node, peers }) => {
      const causes = openInstances(node, peers).flatMap(({ why }) => why.map(({ cause }) => cause));
      return [...new Set(causes)].map((one) => [one, causes.filter((each) => each === one).length]);
    },
  },
  {
    name: "oldest_undecided_seconds",
    kind: "gauge",
    help: "Age of the first ballot of the instance in use that has waited longest; 0 if none waits",
    read: ({ node }) => oldestUndecidedMs(node) / 1_000,
  },
  {
    name: "journal_bytes",
    kind: "gauge",
    help: "Bytes of the journal on disk; 0 without a disk",
    read: ({ node }) => node.ledger.journal.bytes?.() ?? 0,
  },
  {
    name: "sync_batches_total",
    kind: "counter",
    help: "Batches kept in the journal since the start",
    read: ({ node }) => node.syncs.count,
  },
  {
    name: "sync_seconds_total",
    kind: "counter",
    help: "What keeping them took",
    read: ({ node }) => node.syncs.totalMs / 1_000,
  },
  {
    name: "sync_longest_seconds",
    kind: "gauge",
    help: "What the longest of the last minute or two took",
    read: ({ node }) => node.syncs.longestMs / 1_000,
  },
];
