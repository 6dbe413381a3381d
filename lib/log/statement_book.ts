/**
 * The statements that are known, certificates made of them, and lies found among them.
 *
 * @module
 */

import { setOf } from "../core/acceptor_set.ts";
import type { AcceptorIndex, LearnerIndex } from "../core/types.ts";
import { type Certificate, headOf, sameHead } from "./certificate.ts";
import { type Checkpoint, checkpointFlaw, type Head, type Signed } from "./statement.ts";
import type { LogContext, Position } from "./types.ts";

/** Two statements of one signer, of which at most one is true: proof that it lies. */
export interface Lie {
  /** Who. */
  readonly signer: AcceptorIndex;
  /** What it says two things of. */
  readonly learner: LearnerIndex;
  /** Known first. */
  readonly first: Signed<Checkpoint>;
  /** Known later. */
  readonly second: Signed<Checkpoint>;
}

/** What has become of a statement. */
export type Entered =
  | { readonly kind: "new"; readonly lie: Lie | undefined }
  /** It adds nothing, is out of range, or proves nothing: `flaw` says which. */
  | {
    readonly kind: "refused";
    readonly flaw: "KNOWN" | "POSITION" | "MALFORMED" | "SIGNATURE";
  };

/** Whether two statements of one signer exclude each other, and for whom. */
export function lieOf(
  first: Signed<Checkpoint>,
  second: Signed<Checkpoint>,
): Lie | undefined {
  const { signer, position } = first.statement;
  if (second.statement.signer !== signer || second.statement.position !== position) {
    return undefined;
  }
  for (const head of first.statement.heads) {
    const other = headOf(second.statement, head.learner);
    if (other === undefined || sameHead(head, other)) continue;
    return { signer, learner: head.learner, first, second };
  }
  return undefined;
}

/**
 * Statements at positions above the floor, at most one more of each signer and position than there
 * are learners; changes in place.
 */
export class StatementBook {
  readonly #context: LogContext;
  /** By position, then signer. */
  readonly #byPosition = new Map<Position, Map<AcceptorIndex, Signed<Checkpoint>[]>>();
  /** One of each liar. */
  readonly #lies = new Map<AcceptorIndex, Lie>();

  /** Nothing has been said. */
  constructor(context: LogContext) {
    this.#context = context;
  }

  /** How many statements are kept. */
  get size(): number {
    return this.all().length;
  }

  /** One proof of each liar. */
  get lies(): readonly Lie[] {
    return [...this.#lies.values()];
  }

  /** All that are kept, by position. */
  all(): readonly Signed<Checkpoint>[] {
    return [...this.#byPosition.keys()].sort((a, b) => a - b)
      .flatMap((position) => [...this.#byPosition.get(position)!.values()].flat());
  }

  /** Takes a statement from anybody, if its position is above `floor` and at most `end`. */
  add(signed: Signed<Checkpoint>, floor: Position, end: Position): Entered {
    const { statement } = signed;
    const { position, signer, heads } = statement;
    if (!(position > floor && position <= end)) return { kind: "refused", flaw: "POSITION" };
    const bySigner = this.#byPosition.get(position);
    const known = bySigner?.get(signer) ?? [];
    const isNews = heads.some(({ learner }) =>
      known.every((each) => headOf(each.statement, learner) === undefined)
    );
    const lie = known.map((each) => lieOf(each, signed)).find((found) => found !== undefined);
    const isNewLie = lie !== undefined && !this.#lies.has(signer);
    if (!isNews && !isNewLie) return { kind: "refused", flaw: "KNOWN" };
    const flaw = checkpointFlaw(this.#context, signed);
    if (flaw !== undefined) return { kind: "refused", flaw };
    if (isNewLie) this.#lies.set(signer, lie);
    if (isNews) {
      const signers = bySigner ?? new Map<AcceptorIndex, Signed<Checkpoint>[]>();
      signers.set(signer, [...known, signed]);
      this.#byPosition.set(position, signers);
    }
    return { kind: "new", lie: isNewLie ? lie : undefined };
  }

  /** The certificate with this head that the known statements make, if they do. */
  certificate(
    learner: LearnerIndex,
    position: Position,
    head: Head,
  ): Certificate | undefined {
    const statements = this.#saying(learner, position, head);
    const signers = setOf(statements.map(({ statement }) => statement.signer));
    if (!this.#context.graph.quorums[learner]!.satisfiedBy(signers)) return undefined;
    return { learner, position, chain: head.chain, sessions: head.sessions, statements };
  }

  /** Positions at which something has been said, ascending. */
  positions(): readonly Position[] {
    return [...this.#byPosition.keys()].sort((a, b) => a - b);
  }

  /** All heads of a learner that somebody has stated at a position. */
  heads(learner: LearnerIndex, position: Position): readonly Head[] {
    const found: Head[] = [];
    for (const known of this.#byPosition.get(position)?.values() ?? []) {
      for (const { statement } of known) {
        const head = headOf(statement, learner);
        if (head !== undefined && !found.some((each) => sameHead(each, head))) found.push(head);
      }
    }
    return found;
  }

  /** Lets go of what is said at `floor` and below. */
  forget(floor: Position): void {
    for (const position of this.#byPosition.keys()) {
      if (position <= floor) this.#byPosition.delete(position);
    }
  }

  /** One statement of each signer that says this. */
  #saying(learner: LearnerIndex, position: Position, head: Head): Signed<Checkpoint>[] {
    const saying: Signed<Checkpoint>[] = [];
    for (const known of this.#byPosition.get(position)?.values() ?? []) {
      const fit = known.find(({ statement }) => {
        const stated = headOf(statement, learner);
        return stated !== undefined && sameHead(stated, head);
      });
      if (fit !== undefined) saying.push(fit);
    }
    return saying.sort((a, b) => a.statement.signer - b.statement.signer);
  }
}
