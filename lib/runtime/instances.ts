/**
 * The open instances of a node.
 *
 * @module
 */

import { type CoreContext, newInstance } from "../core/instance.ts";
import { reject, type Rejection } from "../core/rejection.ts";
import { acceptorMessageId } from "../crypto/hash.ts";
import type { Named } from "./envelopes.ts";
import type { RunningInstance } from "./node_types.ts";

/** Instances by number; opened when first mentioned, up to a limit. */
export class Instances {
  readonly #context: CoreContext;
  readonly #configDigest: Uint8Array;
  readonly #max: number;
  readonly #instances: Map<bigint, RunningInstance> = new Map();

  /**
   * None is open at first.
   *
   * @param configDigest Of the whole configuration, 32 bytes.
   * @param max How many may be open; none is ever closed.
   */
  constructor(context: CoreContext, configDigest: Uint8Array, max: number) {
    this.#context = context;
    this.#configDigest = configDigest;
    this.#max = max;
  }

  /** All that are open, in the order they were opened. */
  get all(): readonly RunningInstance[] {
    return [...this.#instances.values()];
  }

  /** The instance with this number, if it is open. */
  get(id: bigint): RunningInstance | undefined {
    return this.#instances.get(id);
  }

  /** The instance with this number, opened if need be. Rejects TOO_MANY_INSTANCES. */
  open(id: bigint): RunningInstance | Rejection {
    const known = this.#instances.get(id);
    if (known !== undefined) return known;
    if (this.#instances.size >= this.#max) {
      return reject("TOO_MANY_INSTANCES", `${this.#max} instances are open`);
    }
    const scope = { configDigest: this.#configDigest, instance: id };
    const running: RunningInstance = {
      id,
      scope,
      state: newInstance(this.#context, (content) => acceptorMessageId(scope, content)),
      wires: new Map(),
      proposers: new Set(),
      wakeAt: undefined,
      cancelWake: () => {},
    };
    this.#instances.set(id, running);
    return running;
  }

  /** The latest messages of each acceptor in each instance: with their pasts, all we have. */
  summary(): Named[] {
    return this.all.flatMap(({ id: instance, state }) =>
      state.view.tips.flat().map(({ message: { id } }) => ({ instance, id }))
    );
  }
}
