/**
 * What happened in a world, or in a script, told line by line with short names.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { Effect } from "../core/effects.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { MessageId, ValueHash } from "../core/types.ts";

/** Collects the story. */
export class Timeline {
  /** In the order of time. */
  readonly lines: string[] = [];
  readonly #graph: LearnerGraph;
  readonly #nameValue: (hash: ValueHash) => string;
  #moment = "";
  readonly #names: Map<MessageId, string> = new Map();
  readonly #counts: Map<string, number> = new Map();

  /**
   * Nothing has happened yet.
   *
   * @param nameValue What to call a value; the beginning of its hash unless told.
   */
  constructor(
    graph: LearnerGraph,
    nameValue: (hash: ValueHash) => string = (hash) => hash.slice(0, 6),
  ) {
    this.#graph = graph;
    this.#nameValue = nameValue;
  }

  /** What follows happens at this moment, in any words. */
  reached(moment: string): void {
    this.#moment = moment;
  }

  /** Something that is not a step. */
  note(what: string): void {
    this.#add(what);
  }

  /** Tells the effects of a step that mean something. */
  tell(name: string, effects: readonly Effect[]): void {
    for (const effect of effects) {
      const what = this.#describe(effect);
      if (what !== undefined) this.#add(`${name} ${what}`);
    }
  }

  #describe(effect: Effect): string | undefined {
    switch (effect.kind) {
      case "deliver":
        return `has ${this.#nameOf(effect.entry)}`;
      case "send":
        return `signs ${this.#nameOf(effect.entry)}, a ${this.#kindOf(effect.entry)}`;
      case "reject":
        return `refuses ${this.#short(effect.id)}: ${effect.rejection.rejected}`;
      case "estranged":
        return `does not know its own ${this.#nameOf(effect.entry)}`;
      case "decide":
        return `sees ${this.#graph.spec.learners[effect.decision.learner]} decide ` +
          this.#nameValue(effect.decision.ballot.valueHash);
      case "caught": {
        const pair = effect.evidence.map((entry) => this.#nameOf(entry)).join(" and ");
        return `catches ${this.#graph.spec.acceptors[effect.acceptor]} by ${pair}`;
      }
      case "disagree":
        return "sees learners disagree";
      default:
        return undefined;
    }
  }

  /** Signer and number, or p and number for a 1a. */
  #nameOf({ message }: Entry): string {
    const known = this.#names.get(message.id);
    if (known !== undefined) return known;
    const prefix = message.kind === "1a" ? "p" : this.#graph.spec.acceptors[message.signer]!;
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, count);
    const name = `${prefix}${count}`;
    this.#names.set(message.id, name);
    return name;
  }

  #short(id: MessageId): string {
    return this.#names.get(id) ?? id.slice(0, 8);
  }

  #kindOf({ message, facts }: Entry): string {
    const { learners } = this.#graph.spec;
    const namesOf = (set: bigint) => membersOf(set).map((a) => learners[a]).join(" ") || "nobody";
    const { proposal, ballot } = facts;
    const offer = `${this.#nameOf(proposal)} (${this.#nameValue(ballot.valueHash)})`;
    const refs = message.kind === "1a" ? [] : message.refs.map((id) => this.#short(id));
    return facts.kind === "1b"
      ? `1b of ${offer} fresh for ${namesOf(facts.fresh)}, on ${refs.join(" ")}`
      : `2a of ${offer} for ${namesOf(facts.learners2a)}, on ${refs.join(" ")}`;
  }

  #add(what: string): void {
    this.lines.push(`${this.#moment.padStart(9)}  ${what}`);
  }
}
