/**
 * One of the faces of a villain: an honest core that is shown only some of the messages.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import { type InstanceState, newInstance, step } from "../core/instance.ts";
import type { AcceptorMessage, Timestamp } from "../core/types.ts";
import { INSTANCE, seal, type Sealed } from "./sealed.ts";
import type { Villain } from "./villain.ts";

/** A villain does not wait for the time of a 1a. */
const LATE: Timestamp = { seconds: 1e10, nanos: 0 };

/** What a villain is to some of the others. The villain must be an acceptor. */
export class Face {
  readonly #villain: Villain;
  readonly #strategy: string;
  readonly #state: InstanceState;

  /** It knows nothing. */
  constructor(villain: Villain, strategy: string) {
    const { stage: { graph, limits, naming }, acceptor: self } = villain;
    this.#villain = villain;
    this.#strategy = strategy;
    this.#state = newInstance(
      { graph, limits, self },
      (content) => naming.message(content, INSTANCE),
    );
  }

  /** Its latest message. */
  get tip(): Entry | undefined {
    return this.#state.acceptor?.prev;
  }

  /**
   * Shows it a message. What tells of other faces is kept from it, for it would fall silent.
   *
   * @returns What it says then, signed.
   */
  show({ message, facts }: Entry): Sealed[] {
    const { stage: { graph, limits }, acceptor: self, conspiracy } = this.#villain;
    const own = facts.tips[self!] ?? [];
    if (own.some((tip) => !this.#state.dag.has(tip.message.id))) return [];
    const context = { graph, limits, self };
    const effects = step(context, this.#state, { kind: "message", message, source: "", now: LATE });
    return effects.flatMap((effect) => {
      if (effect.kind !== "send") return [];
      const said = effect.entry.message as AcceptorMessage;
      conspiracy.remember(said.id, this.#strategy);
      return [seal(said)];
    });
  }
}
