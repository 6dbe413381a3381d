/**
 * What all villains of a world know together, and who of them has done what.
 *
 * @module
 */

import { type Dag, type Entry, newDag } from "../core/dag.ts";
import type { Effect } from "../core/effects.ts";
import { admit } from "../core/facts.ts";
import { isRejection, type Rejection } from "../core/rejection.ts";
import type { MessageId } from "../core/types.ts";
import type { Marks } from "./marks.ts";
import type { Packet } from "./packet.ts";
import { INSTANCE, type Sealed } from "./sealed.ts";
import type { Scene } from "./scene.ts";
import type { Villain } from "./villain.ts";

/** The common knowledge of the villains of one world. */
export class Conspiracy {
  /** Everything well-formed that has been under way. */
  readonly dag: Dag = newDag();
  /** The villains. */
  readonly members: Villain[] = [];
  /** Which strategy has made a message. */
  readonly deeds: Map<MessageId, string> = new Map();
  readonly #stage: Scene;
  readonly #copies: WeakSet<Sealed> = new WeakSet();
  readonly #sealed: Map<MessageId, Sealed> = new Map();
  readonly #waiting: Map<MessageId, Sealed> = new Map();
  readonly #seen: WeakSet<Sealed> = new WeakSet();

  /** Nothing is known. */
  constructor(stage: Scene) {
    this.#stage = stage;
  }

  /** Something is under way. */
  overhear(packet: Packet): void {
    for (const sealed of packet.bodies) {
      if (this.#seen.has(sealed)) continue;
      this.#seen.add(sealed);
      if (this.#stage.isGenuine(sealed) && sealed.instance === INSTANCE) this.learn(sealed);
    }
  }

  /** Takes a message in, and then those that waited for it. */
  learn(sealed: Sealed): Entry | Rejection | undefined {
    const { message } = sealed;
    if (message.kind === "acceptor" && message.refs.some((ref) => !this.dag.has(ref))) {
      this.#waiting.set(message.id, sealed);
      return undefined;
    }
    if (this.dag.has(message.id)) return this.dag.get(message.id);
    const entry = admit(this.#stage.graph, this.dag, message);
    if (isRejection(entry)) return entry;
    this.#sealed.set(message.id, sealed);
    for (const villain of this.members) villain.hear(entry);
    const ready = [...this.#waiting.values()].filter(({ message: other }) =>
      other.kind === "acceptor" && other.refs.every((ref) => this.dag.has(ref))
    );
    for (const waiting of ready) {
      if (this.#waiting.delete(waiting.message.id)) this.learn(waiting);
    }
    return entry;
  }

  /** A message as it was under way. */
  sealedOf(id: MessageId): Sealed | undefined {
    return this.#sealed.get(id);
  }

  /** A strategy has made a message; the first is remembered. */
  remember(id: MessageId, strategy: string): void {
    if (!this.deeds.has(id)) this.deeds.set(id, strategy);
  }

  /** The same message under another signature, which is as good. */
  copy(sealed: Sealed, nonce: number): Sealed {
    const copy = { ...sealed, seal: sealed.seal && { ...sealed.seal, nonce } };
    this.#copies.add(copy);
    return copy;
  }

  /** Whether {@linkcode Conspiracy.copy} has made this. */
  isCopy(sealed: Sealed): boolean {
    return this.#copies.has(sealed);
  }

  /** Notes to whom it has happened to be caught or refused. */
  attribute(marks: Marks, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === "reject") this.#markDeed(marks, effect.id, "refused");
      if (effect.kind !== "caught") continue;
      const names = effect.evidence.map(({ message }) => this.deeds.get(message.id));
      for (const name of new Set(names)) {
        if (name !== undefined) marks.mark(`strategy ${name}: caught`);
      }
    }
  }

  #markDeed(marks: Marks, id: MessageId, fate: string): void {
    const name = this.deeds.get(id);
    if (name !== undefined) marks.mark(`strategy ${name}: ${fate}`);
  }
}
