/**
 * The links of one process, synchronous: whom it lets in, to whom it passes what is new and what is
 * wanted, and what it does about two processes of one identity. Who dials whom is not its business.
 *
 * @module
 */

import type { Identity } from "../config/configuration.ts";
import type { Node } from "../node/node.ts";
import {
  Goodbye_Reason as Reason,
  type Hello,
  Role,
} from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { judgeHello, makeHello, type Refusal, REFUSALS } from "./hello.ts";
import { roleName } from "../wire/role_name.ts";
import { Link, type LinkEnd } from "./link.ts";

/** What {@linkcode Links} needs to know. */
export interface LinksOptions {
  readonly node: Node;
  readonly role: Role;
  /** Random for each run of a process. */
  readonly incarnation: bigint;
  /** Program and version. */
  readonly agent: string;
  /** Peers that cannot all be lying say that another process runs as this acceptor. */
  onIdentityInUse(detail: string): void;
  /** A link with an acceptor has brought everything that it had when the link came up. */
  onCaughtUp(acceptor: string): void;
  /** A link has come up, or gone. */
  onChange(link: Link): void;
}

/** All links of one process. */
export class Links {
  readonly #options: LinksOptions;
  readonly #links: Set<Link> = new Set();
  readonly #unobserve: () => void;
  /**
   * By acceptor: an incarnation that has proved to be alive, and the newer one beside which it has.
   * Of a third one that proves nothing: by then both may have ended.
   */
  readonly #proved: Map<string, { readonly alive: bigint; readonly claimant: bigint }> = new Map();
  /** Acceptors that say there is another process of ours. */
  #accusers = 0n;
  /** How it says goodbye, once all have been closed. */
  #goodbye: { readonly reason: Reason; readonly detail: string } | undefined;

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#unobserve = options.node.observe({
      appended: (records) => this.#links.forEach((link) => link.appended(records)),
      wanted: (requests) => {
        for (const request of requests) this.#linkForRequest(request.sources)?.want(request);
      },
      said: (saying) => this.#links.forEach((link) => link.log.say(saying)),
      refused: (rejection, sources) => {
        for (const link of this.#links) {
          if (sources.includes(link.peer)) link.refused(rejection);
        }
      },
    });
  }

  /** Those that are up. */
  get up(): Link[] {
    return [...this.#links].filter((link) => link.isUp);
  }

  /**
   * A new conversation; it ends at once if all have been closed.
   *
   * @param peer Name of the identity that the peer has proved to be; empty without TLS.
   * @param dialed Whether we dialed.
   * @param receivedBytes Tells how much has come from the peer in all, if that is known.
   */
  open(peer: string, dialed: boolean, receivedBytes?: () => number): Link {
    const { node, incarnation, agent, role } = this.#options;
    const { configuration, journal } = node.options;
    const link = new Link({
      node,
      peer,
      dialed,
      ...receivedBytes && { receivedBytes },
      hello: makeHello(
        ...[configuration, { role, incarnation, agent }, journal, peer] as const,
        node.room?.floor,
      ),
      admit: (link, hello) => this.#admit(link, hello),
      onCaughtUp: ({ theirHello }) => {
        if (theirHello?.role === Role.ACCEPTOR) this.#caughtUp(theirHello);
      },
      onEnded: (link, end) => this.#ended(link, end),
    });
    this.#links.add(link);
    if (this.#goodbye !== undefined) link.close(this.#goodbye.reason, this.#goodbye.detail);
    return link;
  }

  /** The link with an acceptor, if one is up. */
  to(acceptor: string): Link | undefined {
    return this.up.find((link) =>
      link.peer === acceptor && link.theirHello?.role === Role.ACCEPTOR
    );
  }

  /**
   * Says goodbye to everyone, now and to whoever comes.
   *
   * @param fault What has gone wrong, if something has.
   */
  close(fault?: string): void {
    this.#unobserve();
    this.#goodbye ??= fault === undefined
      ? { reason: Reason.SHUTDOWN, detail: "shutting down" }
      : { reason: Reason.FAULT, detail: fault };
    const { reason, detail } = this.#goodbye;
    for (const link of this.#links) link.close(reason, detail);
  }

  /**
   * What the end of a link that we have dialed means.
   *
   * @returns Whether the peer has talked to us, so that there is no reason to dial it less often.
   */
  judgeEnd(acceptor: Identity, link: Link, end: LinkEnd): boolean {
    if (end.byPeer && end.reason === Reason.DUPLICATE_IDENTITY) this.#accused(acceptor, end);
    return link.theirHello !== undefined && !REFUSALS.has(end.reason);
  }

  /** Below a peer's floor it has shown nothing: what it knows there comes by a snapshot. */
  #caughtUp({ name, floor }: Pick<Hello, "name" | "floor">): void {
    const { room } = this.#options.node;
    if (room === undefined || floor <= BigInt(room.floor)) return this.#options.onCaughtUp(name);
    const leave = room.onChange(() => {
      if (floor > BigInt(room.floor)) return;
      leave();
      this.#options.onCaughtUp(name);
    });
  }

  #ended(link: Link, { detail, byPeer }: LinkEnd): void {
    this.#links.delete(link);
    if (link.theirHello !== undefined) {
      const { log } = this.#options.node.options;
      log("info", `${link.peer} disconnected: ${detail}`, { peer: link.peer, byPeer });
    }
    this.#options.onChange(link);
  }

  #admit(link: Link, hello: Hello): Refusal | undefined {
    const { node } = this.#options;
    const { peer, options: { dialed } } = link;
    const judgement = judgeHello(node.options.configuration, hello, peer, dialed);
    if (judgement !== undefined) {
      const { rejection } = judgement;
      node.refuse(rejection, peer);
      // Configurations that differ are an operator's mistake, and told so each time.
      if (rejection.rejected === "PROTOCOL_VIOLATION") {
        node.blame.tolerates(peer, rejection, node.options.clock.elapsedMs());
      }
      node.options.log("warn", `${peer} is refused: ${judgement.rejection.detail}`, { peer });
      return judgement.refusal;
    }
    const refusal = hello.role === Role.ACCEPTOR ? this.#admitAcceptor(link, hello) : undefined;
    if (refusal !== undefined) return refusal;
    node.options.log("info", `${peer} connected as ${roleName(hello.role)}`, { peer });
    this.#options.onChange(link);
    return undefined;
  }

  /** At most one link with each acceptor, and with one process of it. */
  #admitAcceptor(link: Link, hello: Hello): Refusal | undefined {
    const { node } = this.#options;
    const { self, network } = node.options.configuration;
    const { peer, options: { dialed } } = link;
    const other = this.up.find((known) =>
      known !== link && known.peer === peer && known.theirHello?.role === Role.ACCEPTOR
    );
    if (other === undefined) return undefined;
    const duplicate = { reason: Reason.DUPLICATE_LINK, detail: "there is another link" };
    if (other.theirHello!.incarnation === hello.incarnation) {
      if (dialed !== self.name < peer) return duplicate;
      other.close(duplicate.reason, duplicate.detail);
      return undefined;
    }
    const alive = other.theirHello!.incarnation;
    const proof = this.#proved.get(peer);
    if (proof?.alive === alive && proof.claimant === hello.incarnation) {
      const detail = `another process runs as ${peer}`;
      node.refuse({ rejected: "DUPLICATE_IDENTITY", detail }, peer);
      node.options.log("error", `two processes run as ${peer}: refusing the newer`, { peer });
      return { reason: Reason.DUPLICATE_IDENTITY, detail };
    }
    other.probe(network.pingTimeoutMs, (answers) => {
      if (answers) this.#proved.set(peer, { alive, claimant: hello.incarnation });
      else other.broken("replaced by a newer process");
    });
    return { reason: Reason.DUPLICATE_LINK, detail: `checking on another process of ${peer}` };
  }

  /**
   * One peer's word proves nothing: it may lie to silence us. Once nobody could trust the cluster
   * any more if all who say it lied, it must be true.
   */
  #accused(acceptor: Identity, { detail }: LinkEnd): void {
    const { node, role } = this.#options;
    if (role !== Role.ACCEPTOR || acceptor.acceptorIndex === undefined) return;
    this.#accusers |= 1n << BigInt(acceptor.acceptorIndex);
    node.options.log("error", `${acceptor.name} refuses us: ${detail}`, { peer: acceptor.name });
    if (!node.context.graph.connected(this.#accusers).every((learners) => learners === 0n)) return;
    this.#options.onIdentityInUse(detail);
  }

  /** A link with the first of the sources that is connected, or with anyone. */
  #linkForRequest(sources: readonly string[]): Link | undefined {
    const { up } = this;
    for (const source of sources) {
      const link = up.find(({ peer }) => peer === source);
      if (link !== undefined) return link;
    }
    return up[0];
  }
}
