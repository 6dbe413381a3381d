/**
 * Flags of what runs worlds by seeds.
 *
 * @module
 */

/** The greatest seed. */
export const SEED_MAX = Number.MAX_SAFE_INTEGER;

/** Which worlds, and on how many threads. */
export const SEED_FLAGS = [
  {
    name: "seeds",
    kind: "integer",
    value: "N",
    min: 1,
    max: SEED_MAX,
    default: 1000,
    help: "how many",
  },
  {
    name: "first-seed",
    kind: "integer",
    value: "S",
    min: 0,
    max: SEED_MAX,
    default: 1,
    help: "the first of them",
  },
  {
    name: "workers",
    kind: "integer",
    value: "K",
    min: 1,
    max: 1024,
    help: "threads at once; as many as there are cores if not given",
  },
] as const;
