/**
 * Counters that prove a comparison has seen what it is about.
 *
 * @module
 */

/** How often each thing must be seen in 100,000 messages for the comparison to mean something. */
export const MINIMUM_PER_100_000 = {
  "1a": 5_000,
  "1b": 15_000,
  "2a": 8_000,
  "2a for several learners": 4_000,
  "2a for some learners, not all": 4_000,
  "2a that adds a learner to an earlier one of its ballot": 2_000,
  "somebody caught": 4_000,
  "nobody caught": 20_000,
  "pair connected": 100_000,
  "pair disconnected by the caught": 4_000,
  "learner disconnected from itself by the caught": 1_000,
  "2a buried": 3_000,
  "2a not buried": 40_000,
  "2a buried by HP2, not by TR": 1_000,
  "2a buried although the highest 2a has its value": 800,
  "2a for several learners, buried for some only": 800,
  "fresh": 20_000,
  "not fresh": 10_000,
  "not fresh only because of another learner's 2a": 1_000,
  "fresh only because the 2a is buried": 400,
  "fresh only because the 2a's learner is disconnected": 400,
  "decision": 10_000,
  "two decisions of one learner that differ": 1_500,
  "NO_BALLOT": 400,
  "BAD_PREV": 2_000,
  "BAD_1B": 800,
  "BAD_2A": 10_000,
  "REPEATED_2A": 5_000,
} as const;

/** Something worth counting. */
export type Sight = keyof typeof MINIMUM_PER_100_000;

/** How often each thing was seen. */
export type Tally = Map<Sight, number>;

/** All zero. */
export function newTally(): Tally {
  return new Map((Object.keys(MINIMUM_PER_100_000) as Sight[]).map((sight) => [sight, 0]));
}

/** Counts one sight. */
export function saw(tally: Tally, sight: Sight): void {
  tally.set(sight, tally.get(sight)! + 1);
}

/** The counters as a table, each with what it must reach for this many messages. */
export function tableOf(tally: Tally, messages: number): string {
  const rows = [...tally].map(([sight, count]) =>
    `${String(count).padStart(9)}  (at least ${
      String(minimum(sight, messages)).padStart(6)
    })  ${sight}`
  );
  return rows.join("\n");
}

/** The sights seen too seldom for this many messages. */
export function missing(tally: Tally, messages: number): Sight[] {
  return [...tally].filter(([sight, count]) => count < minimum(sight, messages))
    .map(([sight]) => sight);
}

function minimum(sight: Sight, messages: number): number {
  return Math.floor(MINIMUM_PER_100_000[sight] * messages / 100_000);
}
