/**
 * Simulated worlds: a whole run drawn from one seed, with lossy networks, crashes and acceptors that
 * lie, and a referee that ends it at the first promise that is broken.
 *
 * @module
 */

export type { RunReport } from "./cluster/run.ts";
export { simulate, type SimulateOptions, STRATEGY_NAMES } from "./simulate.ts";
