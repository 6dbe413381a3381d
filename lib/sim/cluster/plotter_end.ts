/**
 * The end of a stream of a villain that acts on what is said: follows the conversation as far as it
 * has to.
 *
 * @module
 */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Envelope,
  EnvelopeSchema,
  type Hello,
} from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { Packet } from "../packet.ts";
import { INSTANCE } from "../sealed.ts";
import type { Plotters } from "./plotters.ts";
import type { End } from "./streams.ts";

/** Envelopes that wait for one peer at most. */
const QUEUE_MAX = 64;

/** The plotter's end of one stream. */
export class PlotterEnd implements End {
  onReady: () => void = () => {};
  isOver = false;
  /** Called if the peer says goodbye. */
  refused: () => void = () => {};
  readonly busyUntilMs = 0;
  readonly #plotters: Plotters;
  readonly #villain: number;
  readonly #peer: number;
  readonly #outgoing: Envelope[] = [];

  constructor(plotters: Plotters, villain: number, peer: number, hello: Hello) {
    this.#plotters = plotters;
    this.#villain = villain;
    this.#peer = peer;
    this.say({ hello });
    this.say({ caughtUp: true });
  }

  /** Of {@linkcode End}. */
  next(): Envelope | undefined {
    return this.#outgoing.shift();
  }

  /** Of {@linkcode End}: the villain hears of it. */
  receive(envelope: Envelope): void {
    const { goodbye, ping, offered } = envelope;
    if (goodbye !== undefined && !this.isOver) this.refused();
    if (goodbye !== undefined) this.isOver = true;
    if (this.isOver) return;
    if (ping !== 0n) this.say({ pong: ping });
    if (offered !== 0n) this.say({ taken: offered });
    const bodies = this.#plotters.read(envelope);
    const ids = (lists: Envelope["want"]) =>
      lists.filter(({ instance }) => instance === BigInt(INSTANCE))
        .flatMap(({ ids }) => ids.map((id) => id.toHex())) as Packet["want"][number][];
    const packet = { bodies, have: ids(envelope.have), want: ids(envelope.want) };
    this.#plotters.villain(this.#villain).receive(this.#peer, packet);
  }

  /** Of {@linkcode End}. */
  broken(): void {
    this.isOver = true;
  }

  /** Says something, unless too much waits already. */
  say(envelope: MessageInitShape<typeof EnvelopeSchema>): void {
    if (this.#outgoing.length < QUEUE_MAX) this.#outgoing.push(create(EnvelopeSchema, envelope));
    this.onReady();
  }

  /** Says what is no envelope: the stream breaks. */
  spoil(): void {
    this.isOver = true;
    this.onReady();
  }
}
