/**
 * What the tests of the runtime stand on.
 *
 * @module
 */

export * from "./cluster.ts";
export * from "./configurations.ts";
export * from "./fake_clock.ts";
export * from "./hostile_peer.ts";
export * from "./pipe.ts";
