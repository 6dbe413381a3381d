/**
 * What a villain needs of its world.
 *
 * @module
 */

import type { Limits } from "../wire/limits.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { Timestamp } from "../core/types.ts";
import type { EventQueue } from "./event_queue.ts";
import type { Naming } from "./naming.ts";
import type { Packet } from "./packet.ts";
import type { Prng } from "./prng.ts";
import type { Sealed } from "./sealed.ts";

/** The world as one villain sees it. */
export interface Scene {
  /** Time. */
  readonly queue: EventQueue;
  /** Chance: all of it comes from here. */
  readonly prng: Prng;
  /** Who decides how. */
  readonly graph: LearnerGraph;
  /** Of every process. */
  readonly limits: Limits;
  /** The acceptor that a process claims to be; undefined for observers. */
  acceptorOf(process: number): number | undefined;
  /** Hands a packet to the network. */
  transmit(from: number, to: number, packet: Packet): void;
  /** How things are named. */
  readonly naming: Naming;
  /** The moment at which the world begins. */
  readonly beginning: Timestamp;
  /** Signs as a process, whatever it says. */
  sign(process: number, bytes: Uint8Array): Uint8Array;
  /** What signatures are bound to, 32 bytes. */
  readonly configDigest: Uint8Array;
  /** Whether a message is what it claims to be, and its signer has signed it. */
  isGenuine(sealed: Sealed): boolean;
}
