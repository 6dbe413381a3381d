/**
 * The links of one process: whom it dials, whom it lets in, and what it does about two processes of
 * one identity.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { nextDelayMs } from "../net/backoff.ts";
import type { AcceptorClient } from "../net/client.ts";
import { type LinkError, toLinkError } from "../net/errors.ts";
import type { Envelope } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import {
  Goodbye_Reason as Reason,
  type Hello,
  Role,
} from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { type PeerStatus, PeerStatusSchema } from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { orAborted } from "./aborting.ts";
import type { Configuration, Identity } from "../config/configuration.ts";
import { judgeHello, makeHello, type Refusal, REFUSALS, roleName } from "../link/hello.ts";
import { GOODBYE_MS, Link, type LinkEnd } from "../link/link.ts";
import type { Node } from "../node/node.ts";

/** What {@linkcode Peers} needs to know. */
export interface PeersOptions {
  readonly node: Node;
  readonly role: Role;
  /** Random for each run of a process. */
  readonly incarnation: bigint;
  /** Program and version. */
  readonly agent: string;
  /** Makes a client of an acceptor. */
  connect(acceptor: Identity): AcceptorClient;
  /** Peers that cannot all be lying say that another process runs as this acceptor. */
  onIdentityInUse(detail: string): void;
  /** A link with an acceptor has brought everything that it had when the link came up. */
  onCaughtUp(acceptor: string): void;
  /** Something of ours went wrong over what a peer sent: not the peer's fault, nor its link's. */
  onFault?(error: unknown): void;
}

interface Dialed {
  readonly acceptor: Identity;
  lastError: string;
}

/** All links of one process. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #configuration: Configuration;
  readonly #links: Set<Link> = new Set();
  readonly #dialed: Map<string, Dialed> = new Map();
  readonly #loops: Promise<void>[] = [];
  readonly #closing = new AbortController();
  readonly #unobserve: () => void;
  /** By acceptor: the incarnation that has proved to be alive beside a newer one. */
  readonly #proved: Map<string, bigint> = new Map();
  /** Acceptors that say there is another process of ours. */
  #accusers = 0n;
  readonly #whenUp: (() => void)[] = [];

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#configuration = options.node.options.configuration;
    this.#unobserve = options.node.observe({
      appended: (records) => this.#links.forEach((link) => link.appended(records)),
      wanted: (requests) => {
        for (const request of requests) this.#linkForRequest(request.sources)?.want(request);
      },
      refused: (rejection, sources) => {
        for (const link of this.#links) {
          if (sources.includes(link.peer)) link.refused(rejection);
        }
      },
    });
  }

  /** Dials every acceptor (but itself), now and for ever. */
  start(): void {
    const { acceptors, self } = this.#configuration;
    for (const acceptor of acceptors) {
      if (this.#options.role === Role.ACCEPTOR && acceptor.name === self.name) continue;
      const dialed = { acceptor, lastError: "not tried yet" };
      this.#dialed.set(acceptor.name, dialed);
      this.#loops.push(this.#keepDialing(dialed));
    }
  }

  /** Serves a link that a peer has opened. */
  inbound(peer: string, incoming: AsyncIterable<Envelope>): AsyncIterable<Envelope> {
    const link = this.#newLink(peer, false);
    if (this.#closing.signal.aborted) link.close(Reason.SHUTDOWN, "shutting down");
    void this.#pump(link, incoming);
    return link.outgoing();
  }

  /** Settles when so many acceptors are connected. */
  async connected(count: number): Promise<void> {
    while (this.connectedCount < count && !this.#closing.signal.aborted) {
      await new Promise<void>((resolve) => this.#whenUp.push(resolve));
    }
  }

  /** How many acceptors are connected now. */
  get connectedCount(): number {
    return [...this.#dialed.keys()].filter((name) => this.#linkTo(name) !== undefined).length;
  }

  /** One for each acceptor dialed and each other peer that is connected. */
  status(): PeerStatus[] {
    const dialed = [...this.#dialed.values()].map(({ acceptor: { name }, lastError }) => {
      const connected = this.#linkTo(name) !== undefined;
      return create(PeerStatusSchema, {
        name,
        role: Role.ACCEPTOR,
        connected,
        lastError: connected ? "" : lastError,
      });
    });
    const guests = [...this.#links]
      .filter((link) => link.isUp && link.theirHello?.role !== Role.ACCEPTOR)
      .map((link) =>
        create(PeerStatusSchema, {
          name: link.peer,
          role: link.theirHello!.role,
          connected: true,
        })
      );
    return [...dialed, ...guests];
  }

  /** Says goodbye to everyone and stops dialing. */
  async close(): Promise<void> {
    this.#unobserve();
    for (const link of this.#links) link.close(Reason.SHUTDOWN, "shutting down");
    this.#closing.abort();
    this.#announceUp();
    await Promise.all(this.#loops);
  }

  async #keepDialing(dialed: Dialed): Promise<void> {
    const { clock, random } = this.#options.node.options;
    const { reconnectMsMin: minMs, reconnectMsMax: maxMs } = this.#configuration.network;
    const client = this.#options.connect(dialed.acceptor);
    for (let attempt = 0; !this.#closing.signal.aborted; attempt++) {
      const existing = this.#linkTo(dialed.acceptor.name);
      if (existing !== undefined) {
        attempt = 0;
        await orAborted(existing.ended, this.#closing.signal);
        continue;
      }
      if (await this.#dialOnce(client, dialed)) attempt = 0;
      if (this.#closing.signal.aborted) break;
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(nextDelayMs(attempt, random, { minMs, maxMs }), resolve);
      await orAborted(promise, this.#closing.signal);
      cancel();
    }
    client.close();
  }

  /** One link from dial to end. Tells whether it was ever up. */
  async #dialOnce(client: AcceptorClient, dialed: Dialed): Promise<boolean> {
    const { clock, log } = this.#options.node.options;
    const { name } = dialed.acceptor;
    const link = this.#newLink(name, true);
    const call = new AbortController();
    let cancelAbort = () => {};
    link.ended.then(() => cancelAbort = clock.after(GOODBYE_MS, () => call.abort()));
    const failure = await this.#pump(link, client.stream(link.outgoing(), call.signal));
    const end = await link.ended;
    cancelAbort();
    const level = failure?.kind === "refused" ? "warn" : "debug";
    if (end.detail !== dialed.lastError) log(level, `no link to ${name}: ${end.detail}`);
    dialed.lastError = end.detail;
    if (end.byPeer && end.reason === Reason.DUPLICATE_IDENTITY) this.#accused(dialed, end);
    return link.theirHello !== undefined && !REFUSALS.has(end.reason);
  }

  async #pump(link: Link, incoming: AsyncIterable<Envelope>): Promise<LinkError | undefined> {
    try {
      for await (const envelope of incoming) {
        try {
          link.receive(envelope);
        } catch (error) {
          this.#options.onFault?.(error);
          throw error;
        }
      }
      link.broken("closed by peer");
    } catch (error) {
      const failure = toLinkError(error);
      link.broken(failure.message);
      return failure;
    }
  }

  #newLink(peer: string, dialed: boolean): Link {
    const { node } = this.#options;
    const link = new Link({
      node,
      peer,
      dialed,
      hello: makeHello(this.#configuration, this.#options, node.options.journal, peer),
      admit: (link, hello) => this.#admit(link, hello),
      onCaughtUp: ({ theirHello }) => {
        if (theirHello?.role === Role.ACCEPTOR) this.#options.onCaughtUp(theirHello.name);
      },
    });
    this.#links.add(link);
    link.ended.then(({ detail, byPeer }) => {
      this.#links.delete(link);
      if (link.theirHello === undefined) return;
      const known = dialed ? undefined : this.#dialed.get(link.peer);
      if (known && link.theirHello.role === Role.ACCEPTOR) known.lastError = detail;
      node.options.log("info", `${link.peer} disconnected: ${detail}`, { peer: link.peer, byPeer });
    });
    return link;
  }

  #admit(link: Link, hello: Hello): Refusal | undefined {
    const { node } = this.#options;
    const { peer, options: { dialed } } = link;
    const judgement = judgeHello(this.#configuration, hello, peer, dialed);
    if (judgement !== undefined) {
      node.refuse(judgement.rejection, peer);
      node.options.log("warn", `${peer} is refused: ${judgement.rejection.detail}`, { peer });
      return judgement.refusal;
    }
    const refusal = hello.role === Role.ACCEPTOR ? this.#admitAcceptor(link, hello) : undefined;
    if (refusal !== undefined) return refusal;
    node.options.log("info", `${peer} connected as ${roleName(hello.role)}`, { peer });
    queueMicrotask(() => this.#announceUp());
    return undefined;
  }

  /** At most one link with each acceptor, and with one process of it. */
  #admitAcceptor(link: Link, hello: Hello): Refusal | undefined {
    const { node } = this.#options;
    const { peer, options: { dialed } } = link;
    const other = [...this.#links].find((known) =>
      known !== link && known.isUp && known.peer === peer &&
      known.theirHello?.role === Role.ACCEPTOR
    );
    if (other === undefined) return undefined;
    const duplicate = { reason: Reason.DUPLICATE_LINK, detail: "there is another link" };
    if (other.theirHello!.incarnation === hello.incarnation) {
      if (dialed !== this.#configuration.self.name < peer) return duplicate;
      other.close(duplicate.reason, duplicate.detail);
      return undefined;
    }
    const alive = other.theirHello!.incarnation;
    if (this.#proved.get(peer) === alive) {
      const detail = `another process runs as ${peer}`;
      node.refuse({ rejected: "DUPLICATE_IDENTITY", detail }, peer);
      node.options.log("error", `two processes run as ${peer}: refusing the newer`, { peer });
      return { reason: Reason.DUPLICATE_IDENTITY, detail };
    }
    other.probe(this.#configuration.network.pingTimeoutMs).then((answers) => {
      if (answers) this.#proved.set(peer, alive);
      else other.broken("replaced by a newer process");
    });
    return { reason: Reason.DUPLICATE_LINK, detail: `checking on another process of ${peer}` };
  }

  /**
   * One peer's word proves nothing: it may lie to silence us. Once nobody could trust the cluster
   * any more if all who say it lied, it must be true.
   */
  #accused({ acceptor }: Dialed, { detail }: LinkEnd): void {
    const { node, role } = this.#options;
    if (role !== Role.ACCEPTOR || acceptor.acceptorIndex === undefined) return;
    this.#accusers |= 1n << BigInt(acceptor.acceptorIndex);
    node.options.log("error", `${acceptor.name} refuses us: ${detail}`, { peer: acceptor.name });
    if (!node.context.graph.connected(this.#accusers).every((learners) => learners === 0n)) return;
    this.#options.onIdentityInUse(detail);
  }

  /** The link with an acceptor, if one is up. */
  #linkTo(name: string): Link | undefined {
    return [...this.#links].find((link) =>
      link.isUp && link.peer === name && link.theirHello?.role === Role.ACCEPTOR
    );
  }

  /** A link with the first of the sources that is connected, or with anyone. */
  #linkForRequest(sources: readonly string[]): Link | undefined {
    const up = [...this.#links].filter((link) => link.isUp);
    for (const source of sources) {
      const link = up.find(({ peer }) => peer === source);
      if (link !== undefined) return link;
    }
    return up[0];
  }

  #announceUp(): void {
    for (const resolve of this.#whenUp.splice(0)) resolve();
  }
}
