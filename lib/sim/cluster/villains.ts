/**
 * Peers that do not follow the conversation: they say Hello as they should, and then what they like.
 * Those that follow it and equivocate are twins, which are honest processes, two with one key.
 *
 * @module
 */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { addMs, type MessageId } from "../../core/types.ts";
import type { Configuration } from "../../config/configuration.ts";
import { hashValue } from "../../crypto/hash.ts";
import { makeHello } from "../../link/hello.ts";
import { encodeIds, type Named } from "../../node/envelopes.ts";
import { signProposal } from "../../node/signing.ts";
import { encodeMessage } from "../../wire/codec.ts";
import { openMemoryJournal } from "../../store/memory_journal.ts";
import {
  type ConsensusMessage,
  type Envelope,
  EnvelopeSchema,
  Role,
} from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { EventQueue } from "../event_queue.ts";
import type { Marks } from "../marks.ts";
import type { Prng } from "../prng.ts";
import type { Villainy } from "./scenario.ts";
import type { End } from "./streams.ts";
import { BEGINNING } from "./time.ts";

/** Ids that a villain offers or asks for at once: more than anybody may. */
const IDS = [3, 40, 2_000, 5_000];

/**
 * What one villain names, and offers as values of its own, in its life: after that its lists are
 * short. Long ones cost the simulation much, and a few show what they do.
 */
export class Budget {
  /** Ids left. */
  ids = 12_000;
  /** 1as left. */
  proposals = 400;
}

/** Messages that a villain remembers. */
const KNOWN_MAX = 200;

/** What villains of a world have in common. */
export interface VillainOptions {
  readonly configuration: Configuration;
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly marks: Marks;
  readonly villainy: Exclude<Villainy, "twins" | "plotter">;
  /** All ends of its streams have the same. */
  readonly budget: Budget;
  /** After that moment, in milliseconds, it is silent. */
  readonly untilMs: number;
}

/** Its end of a stream: says Hello at once. */
export function villainEnd(options: VillainOptions, peer: string): End {
  return new VillainEnd(options, peer);
}

class VillainEnd implements End {
  onReady: () => void = () => {};
  readonly #options: VillainOptions;
  readonly #outgoing: Envelope[] = [];
  readonly #known: ConsensusMessage[] = [];
  readonly #named: Named[] = [];
  readonly busyUntilMs = 0;
  #isOver = false;

  constructor(options: VillainOptions, peer: string) {
    const { configuration, prng } = options;
    this.#options = options;
    const role = { role: Role.ACCEPTOR, agent: "villain" };
    const incarnation = BigInt(prng.next());
    const journal = openMemoryJournal();
    const hello = makeHello(configuration, { ...role, incarnation }, journal, peer);
    // A journal's epoch is random.
    hello.logEpoch = new Uint8Array(16).fill(7);
    this.#say({ hello });
    this.#schedule();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  next(): Envelope | undefined {
    return this.#outgoing.shift();
  }

  receive({ messages, offers, ping, goodbye }: Envelope): void {
    if (goodbye !== undefined) this.#isOver = true;
    if (this.#isOver) return;
    for (const message of messages) {
      if (this.#known.length < KNOWN_MAX) this.#known.push(message);
    }
    for (const { instance, ids } of offers) {
      for (const id of ids) {
        if (this.#named.length < KNOWN_MAX) {
          this.#named.push({ instance, id: id.toHex() as MessageId });
        }
      }
    }
    // A mute one keeps the link, no more.
    if (ping !== 0n) this.#say({ pong: ping });
  }

  broken(): void {
    this.#isOver = true;
  }

  #schedule(): void {
    const { queue, prng, untilMs, villainy } = this.#options;
    queue.after(prng.between(5, 120), () => {
      if (this.#isOver || queue.nowMs > untilMs) return;
      if (villainy === "babbler") this.#babble();
      if (villainy === "miser") this.#offer();
      this.#schedule();
    });
  }

  #say(envelope: MessageInitShape<typeof EnvelopeSchema>): void {
    this.#outgoing.push(create(EnvelopeSchema, envelope));
    this.onReady();
  }

  /** Names what is, or is not, in some order. */
  #ids(count: number): Named[] {
    const { prng } = this.#options;
    const { budget } = this.#options;
    const length = count <= Math.max(40, budget.ids) ? count : 40;
    budget.ids -= length;
    return Array.from({ length }, (_, i) => {
      if (this.#named.length > 0 && prng.chance(0.5)) return prng.pick(this.#named)!;
      const id = `${prng.below(65_536)}a${i}`.padEnd(64, "0");
      return { instance: BigInt(prng.between(0, 5)), id: id as MessageId };
    });
  }

  /** A value that nobody has thought of before, offered now. */
  #proposal(): ConsensusMessage {
    const { prng, queue, configuration } = this.#options;
    const value = Uint8Array.of(prng.below(256), prng.below(256), prng.below(256));
    const { self, signer, digest } = configuration;
    const time = addMs(BEGINNING, queue.nowMs);
    const ballot = { ...time, valueHash: hashValue(value), proposer: self.proposerIndex! };
    const scope = { configDigest: digest.whole, instance: BigInt(prng.between(1, 4)) };
    return encodeMessage(signProposal(signer, scope, ballot, value));
  }

  #proposals(): ConsensusMessage[] {
    const { budget } = this.#options;
    const length = Math.max(0, Math.min(budget.proposals, 150));
    budget.proposals -= length;
    return Array.from({ length }, () => this.#proposal());
  }

  #offer(): void {
    const { prng, marks } = this.#options;
    marks.mark("a miser offers");
    const named = this.#ids(prng.pick([40, 400, 1_000])!);
    this.#say({ offers: encodeIds(named), offered: BigInt(prng.between(1, 5_000)) });
    const one = prng.pick(this.#known);
    if (one !== undefined) this.#say({ messages: [one] });
  }

  #babble(): void {
    const { prng, marks } = this.#options;
    const ids = () => encodeIds(this.#ids(prng.pick(IDS)!));
    const one = prng.pick(this.#known);
    const deeds: (() => MessageInitShape<typeof EnvelopeSchema>)[] = [
      () => ({ have: ids() }),
      () => ({ want: ids() }),
      () => ({ wantValues: ids() }),
      () => ({ offers: ids(), offered: BigInt(prng.between(0, 10_000)) }),
      () => ({ taken: BigInt(prng.between(0, 10_000)), caughtUp: true }),
      () => ({ ping: BigInt(prng.next()), pong: BigInt(prng.next()) }),
      () => ({ messages: this.#known.slice(0, 20) }),
      () => ({ messages: one === undefined ? [] : [spoilt(one, prng)] }),
      () => ({ messages: this.#proposals() }),
    ];
    const deed = prng.below(deeds.length);
    marks.mark(`a babbler's deed ${deed}`);
    this.#say(deeds[deed]!());
  }
}

/** A copy of a message in which something is not as it was. */
function spoilt(message: ConsensusMessage, prng: Prng): ConsensusMessage {
  const copy = structuredClone(message);
  if (copy.body.case === "acceptorMessage") {
    const { value } = copy.body;
    const [first] = value.refs;
    if (first !== undefined && prng.chance(0.5)) first[prng.below(first.length)]! ^= 1;
    else value.signature[prng.below(value.signature.length)]! ^= 1;
  }
  if (copy.body.case === "proposal") copy.instance += 1n;
  return copy;
}
