/**
 * What villains hear and say: the part of an envelope that strategies care for.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import type { Sealed } from "./sealed.ts";

/** One envelope. */
export interface Packet {
  /** Messages, in causal order if their sender is honest. */
  readonly bodies: readonly Sealed[];
  /** Messages that the sender has delivered. */
  readonly have: readonly MessageId[];
  /** Messages that the sender wants. */
  readonly want: readonly MessageId[];
  /** What only villains send: messages that the sender says it can supply. */
  readonly offers?: readonly MessageId[];
  /** Whether the sender says hello once more, as only villains do. */
  readonly hello?: boolean;
  /** What only villains send: bytes that are to be read as they are. */
  readonly bytes?: readonly Uint8Array[];
  /** What only villains send: the first words of further links. */
  readonly links?: readonly FirstWord[];
}

/** What a process says first on a link. */
export interface FirstWord {
  /** Whether it has the configuration that all others have. */
  readonly isConfigured: boolean;
  /** The process that it says it is, by number. */
  readonly name: number;
  /** The acceptor that it says it is; undefined for an observer. */
  readonly acceptor: number | undefined;
}
