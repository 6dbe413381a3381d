/**
 * What must hold in the core, checked in production too. That it does not is a fault of ours, never a
 * peer's: the step ends half done, so the process has to end (ADR 0004).
 *
 * @module
 */

/** By name: what must hold. Each check is cheap beside the step it is part of. */
export const INVARIANTS = {
  "time-runs-forward": "no step is from before the one before, unless the clock was set back",
  "missing-not-empty": "what waits in the inbox waits for something",
  "accounts-not-negative": "nobody is given back more than was charged",
  "refs-known": "a message is judged only when all it refers to is known",
  "one-tip-unless-caught": "who is not caught has one latest message in any past",
  "own-2as-are-own": "the 2as that bind a signer are its own, each for the learner it is kept for",
  "refs-within-limit": "a draft has no more refs than any honest message",
} as const;

/** The name of something that must hold. */
export type Invariant = keyof typeof INVARIANTS;

/** Something that must hold does not. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";

  /** @param detail What was found instead. */
  constructor(readonly invariant: Invariant, detail: string) {
    super(`${invariant}: ${INVARIANTS[invariant]}; but ${detail}`);
  }
}

/** Ends the step. @throws InvariantError always; `detail` says what was found instead. */
export function violated(invariant: Invariant, detail: string): never {
  throw new InvariantError(invariant, detail);
}
