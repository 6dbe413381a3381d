/**
 * What must hold in a node and its links, checked in production too. That it does not is a fault of
 * ours, never a peer's: something is half done, so the process has to end (ADR 0004).
 *
 * @module
 */

/** By name: what must hold. Each check is cheap beside the work it is part of. */
export const NODE_INVARIANTS = {
  "kept-before-sent": "a message is in the journal before a link sends it",
  "own-kept-durably": "what this acceptor has signed is made durable when it is kept",
  "log-without-gaps": "what is added to the log follows what is there",
  "one-step-at-a-time": "no step of the core begins while the effects of another are carried out",
  "stretches-are-fetched": "whatever a stretch lacks is being fetched from somebody",
  "delivered-has-form": "a message that is delivered has come, or was signed, in this process",
  "waits-with-its-form": "what waits in the core, and nothing else, waits here as it came",
  "votes-in-one-name": "a draft is signed by the acceptor that this process is",
} as const;

/** The name of something that must hold. */
export type NodeInvariant = keyof typeof NODE_INVARIANTS;

/** Something that must hold does not. */
export class NodeInvariantError extends Error {
  override readonly name = "NodeInvariantError";

  /** @param detail What was found instead. */
  constructor(readonly invariant: NodeInvariant, detail: string) {
    super(`${invariant}: ${NODE_INVARIANTS[invariant]}; but ${detail}`);
  }
}

/** Ends what is being done. @throws NodeInvariantError always; `detail` says what was found. */
export function broken(invariant: NodeInvariant, detail: string): never {
  throw new NodeInvariantError(invariant, detail);
}
