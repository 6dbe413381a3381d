/**
 * What a link has to do with the log: what it tells its peer, and what it hears.
 *
 * @module
 */

import type { Rejection } from "../core/rejection.ts";
import type { LogSaying } from "../node/log/log_saying.ts";
import type { Node } from "../node/node.ts";
import { type Hello, type LogNews, Role } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { Composer } from "./composer.ts";
import type { Feed } from "./feed.ts";
import { hear } from "./log_talk.ts";

/** The link that it belongs to. */
export interface Linked {
  readonly options: { readonly node: Node };
  /** Name of the peer, as far as it is known. */
  readonly peer: string;
  /** What it has said first; undefined before. */
  readonly theirHello: Hello | undefined;
  /** Whether both have agreed to talk. */
  readonly isUp: boolean;
  /** There is something to say. */
  onReady(): void;
  /** Something that the peer has said is refused. */
  refused(rejection: Rejection): void;
}

/** Of one link. */
export class LinkLog {
  readonly #link: Linked;
  readonly #composer: Composer;
  readonly #feed: Feed;

  constructor(link: Linked, composer: Composer, feed: Feed) {
    this.#link = link;
    this.#composer = composer;
    this.#feed = feed;
  }

  get #node(): Node {
    return this.#link.options.node;
  }

  /** What there is of the log goes before the word that all has been offered. */
  greet(floor: bigint): void {
    const { room } = this.#node;
    if (room === undefined) return;
    this.#composer.holdGreeting();
    this.#node.whenKept(() => {
      for (const saying of room.greeting(Number(floor))) this.#composer.say(saying);
      this.#composer.greeted();
      this.#link.onReady();
    });
  }

  /** Says something, if it concerns the peer. */
  say(saying: LogSaying): void {
    if (!this.#link.isUp || !this.#concerns(saying)) return;
    this.#composer.say(saying);
    this.#link.onReady();
  }

  /** Takes in what the peer says; false if it must not say anything of a log. */
  hear(news: LogNews): boolean {
    const { room, options: { clock } } = this.#node;
    const { peer } = this.#link;
    if (room === undefined) return false;
    hear({
      ...{ room, peer, index: this.#acceptorIndex },
      mayAsk: () => room.asks.take(peer, clock.elapsedMs()),
      say: (saying) => this.#node.whenKept(() => this.say(saying)),
      offerAgain: () => this.#feed.again(),
      refused: (rejection) => this.#link.refused(this.#node.refuse(rejection, peer)),
    }, news);
    return true;
  }

  #concerns(saying: LogSaying): boolean {
    const { peer } = this.#link;
    if (saying.kind === "again") return saying.to.has(peer);
    if (saying.kind === "record") return this.#acceptorIndex === saying.to;
    return saying.kind === "below" || saying.kind === "snapshot" || saying.by !== peer;
  }

  /** Of the peer, if it runs as an acceptor. */
  get #acceptorIndex(): number | undefined {
    const { peer, theirHello } = this.#link;
    if (theirHello?.role !== Role.ACCEPTOR) return undefined;
    const index = this.#node.context.graph.spec.acceptors.indexOf(peer);
    return index < 0 ? undefined : index;
  }
}
