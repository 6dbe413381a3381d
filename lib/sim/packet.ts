/**
 * What processes of the simulated world send one another. The network may lose, repeat and reorder
 * packets; whoever sends a message sends it again until the other says that it has it.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import type { FirstWord } from "./border.ts";
import type { Sealed } from "./sealed.ts";

/** One packet. */
export interface Packet {
  /** Counts the starts of an honest sender: what comes of an earlier life is from a link long gone. */
  readonly life?: number;
  /** Messages, in causal order if their sender is honest. */
  readonly bodies: readonly Sealed[];
  /** Messages that the sender has delivered. */
  readonly have: readonly MessageId[];
  /** Messages that the sender wants. */
  readonly want: readonly MessageId[];
  /** The sender has started: this is all that it knows. Asks for a welcome. */
  readonly hello?: Greeting;
  /** The answer: what its sender lacks not follows in the bodies. */
  readonly welcome?: Greeting;
  /** What only villains send: bytes that are to be read as they are. */
  readonly bytes?: readonly Uint8Array[];
  /** What only villains send: the first words of further links. */
  readonly links?: readonly FirstWord[];
}

/** What a process knows when a conversation begins. */
export interface Greeting {
  /** Counts the starts of the process that has said hello. */
  readonly incarnation: number;
  /** Delivered so far. */
  readonly knows: readonly MessageId[];
}

/** A packet with nothing in it but messages. */
export function bodiesOnly(bodies: readonly Sealed[]): Packet {
  return { bodies, have: [], want: [] };
}
