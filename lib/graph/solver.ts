/**
 * Satisfiability of clauses and thresholds: conflict-driven, with learned clauses. What
 * `docs/adr/0039-a-solver-of-our-own.md` weighs against packages.
 *
 * @module
 */

import type { Effort, Work } from "./effort.ts";
import { Activity } from "./activity.ts";
import { type Clause, type Literal, luby, not, type Reason, type Threshold } from "./literal.ts";

export { type Literal, not } from "./literal.ts";

/** Dead ends between two looks at the effort. */
const STEP_CONFLICTS = 256;

/** Dead ends until the first fresh start; later ones follow Luby's sequence. */
const RESTART_CONFLICTS = 64;

/**
 * A solver to which clauses and thresholds can be added at any time, and which can be asked again
 * and again under different assumptions; what it has learned it keeps.
 *
 * @example
 * ```ts
 * import { finish, newEffort } from "./effort.ts";
 * import { not, Solver } from "./solver.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const solver = new Solver();
 * const [a, b, c] = [solver.variable(), solver.variable(), solver.variable()];
 * solver.addThreshold(2, [a, b, c]);
 * const effort = newEffort();
 * assertEquals(finish(effort, solver.solve([not(a)], effort)), true);
 * assertEquals([a, b, c].map((each) => solver.holds(each)), [false, true, true]);
 * assertEquals(finish(effort, solver.solve([not(a), not(b)], effort)), false);
 * ```
 */
export class Solver {
  /** By literal: 1 true, -1 false, 0 open. */
  readonly #value: number[] = [];
  /** By variable. */
  readonly #level: number[] = [];
  readonly #position: number[] = [];
  readonly #reason: Reason[] = [];
  readonly #phase: boolean[] = [];
  /** By literal: clauses to look at when it becomes false; thresholds that count it; guarded ones. */
  readonly #watches: Clause[][] = [];
  readonly #counted: Threshold[][] = [];
  readonly #guarded: Threshold[][] = [];
  readonly #trail: Literal[] = [];
  /** Length of the trail at the start of each level. */
  readonly #levels: number[] = [];
  readonly #activity = new Activity();
  #head = 0;
  #contradiction = false;
  #model: boolean[] = [];

  /** A new variable, as its positive literal. */
  variable(): Literal {
    const variable = this.#level.length;
    this.#value.push(0, 0);
    this.#level.push(0);
    this.#position.push(0);
    this.#reason.push(undefined);
    this.#phase.push(false);
    for (const lists of [this.#watches, this.#counted, this.#guarded]) lists.push([], []);
    this.#activity.add(variable);
    return 2 * variable;
  }

  /** Demands that at least one of the literals holds. */
  addClause(literals: readonly Literal[]): void {
    this.#backTo(0);
    const kept = [...new Set(literals)].filter((literal) => this.#value[literal] !== -1);
    if (kept.some((literal) => this.#value[literal] === 1 || kept.includes(not(literal)))) return;
    if (kept.length === 0) this.#contradiction = true;
    else if (kept.length === 1) this.#assign(kept[0]!, undefined);
    else this.#watch(kept);
  }

  /**
   * Demands that at least `need` of the literals hold, provided that `guard` does.
   *
   * @param literals Each at most once, none beside its negation.
   */
  addThreshold(need: number, literals: readonly Literal[], guard?: Literal): void {
    if (need <= 0) return;
    const unless = guard === undefined ? [] : [not(guard)];
    if (need > literals.length) return this.addClause(unless);
    if (need === 1) return this.addClause([...literals, ...unless]);
    if (need === literals.length) {
      for (const literal of literals) this.addClause([literal, ...unless]);
      return;
    }
    this.#backTo(0);
    const failed = literals.filter((literal) => this.#value[literal] === -1).length;
    const threshold: Threshold = { need, of: literals, guard, failed };
    for (const literal of literals) this.#counted[literal]!.push(threshold);
    if (guard !== undefined) this.#guarded[guard]!.push(threshold);
    if (this.#enforce(threshold) !== undefined) this.#contradiction = true;
  }

  /** Whether a literal holds in what was found last. */
  holds(literal: Literal): boolean {
    return this.#model[literal >> 1]! === ((literal & 1) === 0);
  }

  /**
   * Looks for an assignment that meets all demands and the assumptions; {@linkcode Solver.holds}
   * tells it.
   *
   * @returns "unknown" if the effort was stopped first.
   */
  *solve(assumptions: readonly Literal[], effort: Effort): Work<boolean | "unknown"> {
    if (effort.stopped) return "unknown";
    this.#backTo(0);
    for (let run = 1; !this.#contradiction; run++) {
      let conflicts = RESTART_CONFLICTS * luby(run);
      for (;;) {
        const conflict = this.#propagate();
        if (conflict !== undefined) {
          if (this.#levels.length === 0) {
            this.#contradiction = true;
            return false;
          }
          this.#learn(conflict);
          if (++effort.conflicts % STEP_CONFLICTS === 0) yield;
          if (effort.stopped) return "unknown";
          if (--conflicts <= 0) break;
        } else {
          const next = this.#next(assumptions);
          if (next === undefined) return this.#remember();
          if (next === "impossible") return false;
          this.#levels.push(this.#trail.length);
          if (next !== "given") this.#assign(next, undefined);
        }
      }
      this.#backTo(0);
    }
    return false;
  }

  #remember(): true {
    this.#model = this.#level.map((_, variable) => this.#value[2 * variable] === 1);
    return true;
  }

  /** The next literal to try; undefined if everything is assigned. */
  #next(assumptions: readonly Literal[]): Literal | "given" | "impossible" | undefined {
    const assumed = assumptions[this.#levels.length];
    if (assumed !== undefined) {
      const value = this.#value[assumed]!;
      return value === 1 ? "given" : value === -1 ? "impossible" : assumed;
    }
    const variable = this.#activity.best((each) => this.#value[2 * each] === 0);
    if (variable === undefined) return undefined;
    return 2 * variable + (this.#phase[variable] ? 0 : 1);
  }

  #watch(clause: Clause): void {
    this.#watches[clause[0]!]!.push(clause);
    this.#watches[clause[1]!]!.push(clause);
  }

  #assign(literal: Literal, reason: Reason): void {
    const variable = literal >> 1;
    this.#value[literal] = 1;
    this.#value[not(literal)] = -1;
    this.#level[variable] = this.#levels.length;
    this.#position[variable] = this.#trail.length;
    this.#reason[variable] = reason;
    this.#trail.push(literal);
    for (const threshold of this.#counted[not(literal)]!) threshold.failed++;
  }

  #backTo(level: number): void {
    const length = this.#levels[level];
    if (length === undefined) return;
    while (this.#trail.length > length) {
      const literal = this.#trail.pop()!;
      const variable = literal >> 1;
      this.#value[literal] = 0;
      this.#value[not(literal)] = 0;
      this.#phase[variable] = (literal & 1) === 0;
      this.#activity.reopen(variable);
      for (const threshold of this.#counted[not(literal)]!) threshold.failed--;
    }
    this.#levels.length = level;
    this.#head = Math.min(this.#head, length);
  }

  /** Draws all conclusions. Returns what is violated, if something is. */
  #propagate(): Reason {
    while (this.#head < this.#trail.length) {
      const literal = this.#trail[this.#head++]!;
      const failed = not(literal);
      const conflict = this.#visitClauses(failed) ?? this.#visit(this.#counted[failed]!) ??
        this.#visit(this.#guarded[literal]!);
      if (conflict !== undefined) return conflict;
    }
    return undefined;
  }

  #visit(thresholds: readonly Threshold[]): Reason {
    return thresholds.find((threshold) => this.#enforce(threshold) !== undefined);
  }

  #visitClauses(failed: Literal): Reason {
    const watching = this.#watches[failed]!;
    let kept = 0;
    for (let i = 0; i < watching.length; i++) {
      const clause = watching[i]!;
      if (clause[0] === failed) [clause[0], clause[1]] = [clause[1]!, failed];
      const first = clause[0]!;
      if (this.#value[first] !== 1 && this.#moveWatch(clause)) continue;
      watching[kept++] = clause;
      if (this.#value[first] === 1) continue;
      if (this.#value[first] === 0) this.#assign(first, clause);
      else {
        while (++i < watching.length) watching[kept++] = watching[i]!;
        watching.length = kept;
        return clause;
      }
    }
    watching.length = kept;
    return undefined;
  }

  /** Finds another literal to watch in place of the second. */
  #moveWatch(clause: Clause): boolean {
    for (let k = 2; k < clause.length; k++) {
      const other = clause[k]!;
      if (this.#value[other] === -1) continue;
      [clause[1], clause[k]] = [other, clause[1]!];
      this.#watches[other]!.push(clause);
      return true;
    }
    return false;
  }

  #enforce(threshold: Threshold): Reason {
    const { need, of, guard, failed } = threshold;
    const spare = of.length - failed - need;
    if (spare > 0) return undefined;
    const guarded = guard === undefined ? 1 : this.#value[guard]!;
    if (guarded === -1) return undefined;
    if (spare < 0) {
      if (guarded === 1) return threshold;
      this.#assign(not(guard!), threshold);
    } else if (guarded === 1) {
      for (const literal of of) if (this.#value[literal] === 0) this.#assign(literal, threshold);
    }
    return undefined;
  }

  /** The literals, all false, that made a reason imply `implied`, or violate it. */
  #antecedents(reason: Clause | Threshold, implied: Literal | undefined): readonly Literal[] {
    if (Array.isArray(reason)) return reason.filter((literal) => literal !== implied);
    const until = implied === undefined ? Infinity : this.#position[implied >> 1]!;
    const { of, guard } = reason;
    const failed = of.filter((literal) =>
      this.#value[literal] === -1 && this.#position[literal >> 1]! < until
    );
    return guard === undefined || implied === not(guard) ? failed : [...failed, not(guard)];
  }

  /** Learns a clause from a conflict, goes back, and draws its conclusion. */
  #learn(conflict: Clause | Threshold): void {
    const here = this.#levels.length;
    const seen = new Set<number>();
    const learned: Literal[] = [];
    let open = 0;
    let index = this.#trail.length;
    let reason: Reason = conflict;
    let implied: Literal | undefined;
    for (;;) {
      for (const literal of this.#antecedents(reason!, implied)) {
        const variable = literal >> 1;
        if (seen.has(variable) || this.#level[variable] === 0) continue;
        seen.add(variable);
        this.#activity.bump(variable);
        if (this.#level[variable] === here) open++;
        else learned.push(literal);
      }
      do index--; while (!seen.has(this.#trail[index]! >> 1));
      implied = this.#trail[index]!;
      reason = this.#reason[implied >> 1];
      if (--open === 0) break;
    }
    this.#activity.decay();
    learned.sort((a, b) => this.#level[b >> 1]! - this.#level[a >> 1]!);
    const clause = [not(implied), ...learned];
    this.#backTo(learned.length === 0 ? 0 : this.#level[learned[0]! >> 1]!);
    if (clause.length > 1) this.#watch(clause);
    this.#assign(clause[0]!, clause.length > 1 ? clause : undefined);
  }
}
