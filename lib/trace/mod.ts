/**
 * What the core was told and what it did, one line of JSON a step; and the replay that tells where
 * it would do something else.
 *
 * @module
 */

export { type Difference, replay, Replayer } from "./replay.ts";
export { TraceError } from "./field.ts";
