/**
 * Dials all acceptors, for ever, serves those who dial, and carries what the links say.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import type { Configuration, Identity } from "../config/configuration.ts";
import type { Link, LinkEnd } from "../link/link.ts";
import { Links, type LinksOptions } from "../link/links.ts";
import { nextDelayMs } from "../net/backoff.ts";
import type { AcceptorClient } from "../net/client.ts";
import { toLinkError } from "../net/errors.ts";
import type { Talk } from "../net/talk.ts";
import { Goodbye_Reason as Reason, Role } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { type PeerStatus, PeerStatusSchema } from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { orAborted } from "./aborting.ts";
import { talkOf } from "./carry.ts";

/** What {@linkcode Peers} needs to know. */
export interface PeersOptions extends Omit<LinksOptions, "onChange"> {
  /** Makes a client of an acceptor. */
  connect(acceptor: Identity): AcceptorClient;
  /** Something of ours went wrong over what a peer sent: not the peer's fault, nor its link's. */
  onFault(error: unknown): void;
}

/** How long a closed link has for its goodbye, in milliseconds. */
const GOODBYE_MS = 500;

interface Dialed {
  readonly acceptor: Identity;
  lastError: string;
  /** What it said when it ended a link for a reason of its own; empty if it did not. */
  lastWords: string;
}

/** Why one is not connected, in one line. */
function whyLost({ lastError, lastWords }: Dialed): string {
  return lastWords === "" || lastError === lastWords
    ? lastError
    : `${lastError}; it said last: ${lastWords}`;
}

/** All links of one process. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #configuration: Configuration;
  readonly #links: Links;
  readonly #dialed: Map<string, Dialed> = new Map();
  readonly #loops: Promise<void>[] = [];
  readonly #closing = new AbortController();
  /** Those who wait for a link to end. */
  readonly #whenEnded: Map<Link, (end: LinkEnd) => void> = new Map();
  readonly #whenUp: (() => void)[] = [];
  /** Acceptors that have shown what they knew when their link came up. */
  readonly #shown: Set<string> = new Set();
  readonly #onFault = (error: unknown): void => this.#options.onFault(error);

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#configuration = options.node.options.configuration;
    this.#links = new Links({
      ...options,
      onChange: (link) => this.#changed(link),
      onCaughtUp: (acceptor) => {
        options.onCaughtUp(acceptor);
        this.#shown.add(acceptor);
        this.#announceUp();
      },
    });
  }

  /**
   * Dials every acceptor (but itself), now and for ever.
   *
   * @throws OperatorError if one may not be dialed at all.
   */
  start(): void {
    const { acceptors, self } = this.#configuration;
    for (const acceptor of acceptors) {
      if (this.#options.role === Role.ACCEPTOR && acceptor.name === self.name) continue;
      const dialed = { acceptor, lastError: "not tried yet", lastWords: "" };
      this.#dialed.set(acceptor.name, dialed);
      const client = this.#options.connect(acceptor);
      this.#loops.push(this.#keepDialing(dialed, client).catch(this.#onFault));
    }
  }

  /**
   * Serves a link that a peer has opened.
   *
   * @param receivedBytes Tells how much has come from the peer in all, if that is known.
   */
  inbound(peer: string, receivedBytes?: () => number): Talk {
    return talkOf(this.#links.open(peer, false, receivedBytes), this.#onFault);
  }

  /** Settles when `count` acceptors are connected. */
  async connected(count: number): Promise<void> {
    while (this.connectedCount < count && !this.#closing.signal.aborted) {
      await new Promise<void>((resolve) => this.#whenUp.push(resolve));
    }
  }

  /** Acceptors that are not connected, each with why, as far as that is known. */
  lost(): { readonly name: string; readonly why: string }[] {
    return [...this.#dialed.values()].filter(({ acceptor: { name } }) =>
      this.#links.to(name) === undefined
    ).map((dialed) => ({ name: dialed.acceptor.name, why: whyLost(dialed) }));
  }

  /**
   * Settles when all of these acceptors have shown what they knew when their link came up; or when
   * the signal is aborted, or this is closed.
   */
  async caughtUp(acceptors: readonly string[], signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#closing.signal]);
    while (!either.aborted && !acceptors.every((name) => this.#shown.has(name))) {
      await orAborted(new Promise<void>((resolve) => this.#whenUp.push(resolve)), either);
    }
  }

  /** How many acceptors are connected now. */
  get connectedCount(): number {
    return [...this.#dialed.keys()].filter((name) => this.#links.to(name) !== undefined).length;
  }

  /** One for each acceptor dialed and each other peer that is connected. */
  status(): PeerStatus[] {
    const dialed = [...this.#dialed.values()].map(
      ({ acceptor: { name }, lastError, lastWords }) => {
        const connected = this.#links.to(name) !== undefined;
        return create(PeerStatusSchema, {
          name,
          role: Role.ACCEPTOR,
          connected,
          lastError: connected ? "" : lastError,
          lastWords: connected ? "" : lastWords,
        });
      },
    );
    const guests = this.#links.up
      .filter((link) => link.theirHello?.role !== Role.ACCEPTOR)
      .map((link) =>
        create(PeerStatusSchema, {
          name: link.peer,
          role: link.theirHello!.role,
          connected: true,
        })
      );
    return [...dialed, ...guests];
  }

  /** Says goodbye to everyone, and nothing else, and stops dialing. */
  halt(words?: string): void {
    this.#links.close(words);
    this.#closing.abort();
    this.#announceUp();
  }

  /** Halts, and settles when nothing of it is left. */
  async close(): Promise<void> {
    this.halt();
    await Promise.all(this.#loops);
  }

  async #keepDialing(dialed: Dialed, client: AcceptorClient): Promise<void> {
    try {
      await this.#dialForEver(dialed, client);
    } finally {
      client.close();
    }
  }

  async #dialForEver(dialed: Dialed, client: AcceptorClient): Promise<void> {
    const { clock, random } = this.#options.node.options;
    const { reconnectMsMin: minMs, reconnectMsMax: maxMs } = this.#configuration.network;
    for (let attempt = 0; !this.#closing.signal.aborted; attempt++) {
      const existing = this.#links.to(dialed.acceptor.name);
      if (existing !== undefined) {
        attempt = 0;
        await orAborted(this.#endOf(existing), this.#closing.signal);
        continue;
      }
      if (await this.#dialOnce(client, dialed)) attempt = 0;
      if (this.#closing.signal.aborted) break;
      const { promise, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(nextDelayMs(attempt, random, { minMs, maxMs }), resolve);
      await orAborted(promise, this.#closing.signal);
      cancel();
    }
  }

  /** One link from dial to end. Tells whether the peer has talked to us. */
  async #dialOnce(client: AcceptorClient, dialed: Dialed): Promise<boolean> {
    const { clock, log } = this.#options.node.options;
    const { name } = dialed.acceptor;
    const link = this.#links.open(name, true, client.receivedBytes);
    const call = new AbortController();
    let cancelAbort = () => {};
    const ended = this.#endOf(link);
    ended.then(() => cancelAbort = clock.after(GOODBYE_MS, () => call.abort()))
      .catch(this.#onFault);
    const failure = await client.link(talkOf(link, this.#onFault), call.signal)
      .then(() => undefined, toLinkError);
    const end = await ended;
    cancelAbort();
    const level = failure?.kind === "refused" ? "warn" : "debug";
    if (end.detail !== dialed.lastError) log(level, `no link to ${name}: ${end.detail}`);
    dialed.lastError = end.detail;
    return this.#links.judgeEnd(dialed.acceptor, link, end);
  }

  #endOf(link: Link): Promise<LinkEnd> {
    if (link.end !== undefined) return Promise.resolve(link.end);
    const others = this.#whenEnded.get(link);
    const { promise, resolve } = Promise.withResolvers<LinkEnd>();
    this.#whenEnded.set(link, (end) => {
      others?.(end);
      resolve(end);
    });
    return promise;
  }

  #changed(link: Link): void {
    const { end } = link;
    this.#noteWords(link);
    if (end === undefined) {
      // It is up once its Hello has been judged.
      queueMicrotask(() => this.#announceUp());
      return;
    }
    const known = link.options.dialed ? undefined : this.#dialed.get(link.peer);
    if (known && link.theirHello?.role === Role.ACCEPTOR) known.lastError = end.detail;
    this.#whenEnded.get(link)?.(end);
    this.#whenEnded.delete(link);
  }

  #noteWords({ peer, end, theirHello }: Link): void {
    const dialed = this.#dialed.get(peer);
    if (dialed === undefined || theirHello?.role !== Role.ACCEPTOR) return;
    if (end === undefined) dialed.lastWords = "";
    else if (end.byPeer && end.reason === Reason.FAULT) dialed.lastWords = end.detail;
  }

  #announceUp(): void {
    for (const resolve of this.#whenUp.splice(0)) resolve();
  }
}
