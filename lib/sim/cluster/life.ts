/**
 * One life of an honest process: the node, the links and the recovery of the programs, on a journal
 * that outlives it and a clock of the world's.
 *
 * @module
 */

import { fullSet } from "../../core/acceptor_set.ts";
import { isRejection } from "../../core/rejection.ts";
import type { AcceptorIndex } from "../../core/types.ts";
import type { Configuration } from "../../config/configuration.ts";
import { hashValue } from "../../crypto/hash.ts";
import type { Verifier } from "../../crypto/verify.ts";
import type { Link, LinkEnd } from "../../link/link.ts";
import { Links } from "../../link/links.ts";
import type { Node } from "../../node/node.ts";
import type { Logger } from "../../node/logger.ts";
import type { NodeObserver } from "../../node/node_types.ts";
import { newProposing, turnOf } from "../../node/proposing.ts";
import { Recovery } from "../../node/recovery.ts";
import type { Journal } from "../../store/journal.ts";
import { Role } from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { Prng } from "../prng.ts";
import type { End } from "./streams.ts";
import type { VirtualClock } from "./time.ts";
import { type Taken, WatchedNode } from "./watched_node.ts";

/** What a life needs of its world. */
export interface LifeOptions {
  readonly configuration: Configuration;
  readonly verifier: Verifier | undefined;
  readonly clock: VirtualClock;
  readonly prng: Prng;
  /** What it remembers. */
  readonly journal: Journal;
  /** Whom it talks to: one of two twins does not talk to the other's friends. */
  readonly reaches: (name: string) => boolean;
  /** Whether another process has the same key, and this one does not want to know. */
  readonly isTwin: boolean;
  /** Told what its node does. */
  readonly observer: NodeObserver;
  /** Told what becomes of messages that peers hand in. */
  readonly taken: Taken;
  /** Takes what it logs. */
  readonly log: Logger;
  /** Takes the lines of a trace of its node; undefined if nobody wants one. */
  readonly trace: ((line: string) => void) | undefined;
  /** Opens a stream to an acceptor; false if nobody answers. */
  dial(acceptor: string, end: End): boolean;
  /** A link has ended. */
  ended(link: Link, end: LinkEnd): void;
  /** What it is told by peers that it cannot go on. */
  identityInUse(): void;
}

/**
 * A link as an end of a stream.
 *
 * @param deafTo The acceptor of which it does not want to hear anything; undefined for none.
 */
function endOf(link: Link, clock: VirtualClock, deafTo: AcceptorIndex | undefined): End {
  return {
    get busyUntilMs() {
      return clock.busyUntilMs;
    },
    set onReady(callback: () => void) {
      link.onReady = callback;
    },
    next: () => link.next(),
    get isOver() {
      return link.end !== undefined;
    },
    receive: (envelope) => {
      if (deafTo !== undefined) {
        envelope.messages = envelope.messages.filter(({ body }) =>
          body.case !== "acceptorMessage" || body.value.signer !== deafTo
        );
      }
      link.receive(envelope);
    },
    broken: (detail) => link.broken(detail),
  };
}

/** From a start to a crash, a stop or the end of the world. */
export class Life {
  readonly node: Node;
  readonly links: Links;
  readonly options: LifeOptions;
  /** Peers that have shown all that they knew when their link came up. */
  readonly heard: Set<string> = new Set();
  /** When it began, in milliseconds. */
  readonly startedMs: number;
  /** Whether it has ended. */
  isOver = false;
  readonly #recovery: Recovery | undefined;
  readonly #ends: Map<Link, () => void> = new Map();

  /** Begins to wait until it may vote; dials nobody yet. */
  constructor(options: LifeOptions) {
    const { configuration, verifier, clock, prng, journal } = options;
    const { self } = configuration;
    this.options = options;
    this.startedMs = clock.elapsedMs();
    const random = () => prng.next() / 2 ** 32;
    this.node = new WatchedNode({
      ...{ configuration, verifier, clock, random, journal },
      votes: !self.client,
      ...{ log: options.log, trace: options.trace },
    }, options.taken);
    this.node.observe(options.observer);
    const acceptor = this.node.context.self;
    this.#recovery = acceptor === undefined || options.isTwin
      ? undefined
      : new Recovery(this.node, acceptor, configuration.network.recoveryWaitMs);
    this.links = new Links({
      node: this.node,
      role: self.client ? Role.PROPOSER : Role.ACCEPTOR,
      incarnation: BigInt(prng.next()) << 32n | BigInt(prng.next()),
      agent: "simulated",
      onIdentityInUse: () => options.identityInUse(),
      onCaughtUp: (name) => {
        this.heard.add(name);
        this.#recovery?.heardFrom(name);
      },
      onChange: (link) => this.#changed(link),
    });
  }

  /** Dials all acceptors, for as long as it lives. A twin does not ask before it votes. */
  start(): void {
    if (this.options.isTwin) this.node.startVoting();
    const { acceptors, self } = this.options.configuration;
    for (const { name } of acceptors) if (name !== self.name) this.#dial(name);
  }

  /** Its name. */
  get name(): string {
    return this.options.configuration.self.name;
  }

  /** From whom it waits to hear before it votes; nobody if it votes, or never will. */
  get waitsFor(): readonly string[] {
    return this.#recovery?.waitsFor ?? [];
  }

  /** Answers one who dials; undefined if it does not let this one in. */
  answer(peer: string): End | undefined {
    if (this.isOver || !this.options.reaches(peer)) return undefined;
    return this.#endOf(this.links.open(peer, false));
  }

  /** Offers a value to all learners. */
  propose(instance: bigint, value: string): void {
    const { graph } = this.options.configuration;
    const bytes = new TextEncoder().encode(value);
    const serves = fullSet(graph.learnerCount);
    const proposing = newProposing(hashValue(bytes), serves, turnOf(this.options.configuration));
    const refused = this.node.propose(instance, proposing, bytes);
    if (isRejection(refused)) throw new Error(`${this.name}: ${refused.detail}`);
  }

  /** Ends in good order: everybody is told. */
  stop(): void {
    this.node.flush();
    this.isOver = true;
    this.links.close();
    this.#free();
  }

  /** Ends at once, as by a crash: nobody is told. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#free();
  }

  #free(): void {
    this.options.clock.stop();
    this.#recovery?.close();
    this.node.close();
  }

  #endOf(link: Link): End {
    const { isTwin, configuration: { self } } = this.options;
    return endOf(link, this.options.clock, isTwin ? self.acceptorIndex : undefined);
  }

  #dial(name: string): void {
    const { clock, prng, configuration: { network } } = this.options;
    const again = () => {
      const delayMs = prng.between(network.reconnectMsMin, network.reconnectMsMax);
      clock.after(delayMs, () => this.#dial(name));
    };
    if (!this.options.reaches(name)) return;
    const existing = this.links.to(name);
    if (existing !== undefined) {
      this.#ends.set(existing, again);
      return;
    }
    const link = this.links.open(name, true);
    this.#ends.set(link, again);
    if (!this.options.dial(name, this.#endOf(link))) link.broken("connection refused");
  }

  #changed(link: Link): void {
    const { end } = link;
    if (end === undefined || this.isOver) return;
    const acceptor = this.options.configuration.acceptors.find(({ name }) => name === link.peer);
    if (link.options.dialed && acceptor) this.links.judgeEnd(acceptor, link, end);
    this.options.ended(link, end);
    this.#ends.get(link)?.();
    this.#ends.delete(link);
  }
}
