/**
 * What a client says of a decision.
 *
 * @module
 */

/**
 * A decision that enough acceptors report.
 *
 * @example
 * ```ts
 * import { type Decided } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const told = ({ learner, value }: Pick<Decided, "learner" | "value">) =>
 *   `${learner}: ${new TextDecoder().decode(value)}`;
 * assertEquals(told({ learner: "Eve", value: new TextEncoder().encode("blue") }), "Eve: blue");
 * ```
 */
export interface Decided {
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Whose decision it is. */
  readonly learner: string;
  /** What was decided; it hashes to {@linkcode Decided.valueHash}. */
  readonly value: Uint8Array;
  /** The protocol's hash of the value: 64 lower-case hex digits. */
  readonly valueHash: string;
  /** Acceptors that report it, by name, sorted: when they were enough, or a few more. */
  readonly reportedBy: readonly string[];
}
