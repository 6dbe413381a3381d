/**
 * Work that can be long: done in steps, so that whoever drives it may look at the clock between
 * two, say how far it is, and stop it.
 *
 * @module
 */

/** How much has been done, and whether to go on. */
export interface Effort {
  /** Whether everything that is not known yet is to be given up as unknown. */
  readonly stopped: boolean;
  /** Dead ends that the solver has met so far. */
  conflicts: number;
}

/** The effort of a whole work, as its driver has it. */
export interface WholeEffort extends Effort {
  /** Set by the driver. */
  stopped: boolean;
}

/** The same effort for a part of the work, which gives up by itself after some dead ends. */
export function limited(effort: Effort, conflictsMax: number): Effort {
  const until = effort.conflicts + conflictsMax;
  return {
    get stopped() {
      return effort.stopped || effort.conflicts > until;
    },
    get conflicts() {
      return effort.conflicts;
    },
    set conflicts(conflicts) {
      effort.conflicts = conflicts;
    },
  };
}

/** Work in steps; each `yield` is a place to look up. */
export type Work<T> = Generator<void, T, void>;

/** An effort that has only begun. */
export function newEffort(): WholeEffort {
  return { stopped: false, conflicts: 0 };
}

/**
 * Does work without a pause.
 *
 * @param conflictsMax After that many dead ends the effort is stopped; the rest of the work is then
 * quick, and what it cannot tell is unknown.
 */
export function finish<T>(
  effort: WholeEffort,
  work: Work<T>,
  conflictsMax: number = Infinity,
): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (effort.conflicts > conflictsMax) effort.stopped = true;
  }
}
