/**
 * What a cluster's configuration is, once it is checked.
 *
 * @module
 */

import type { LearnerGraph } from "../core/learner_graph.ts";
import type { Identity } from "../crypto/identity.ts";
import type { ConfigDigests } from "./digest.ts";
import type { Settings } from "./settings.ts";

/**
 * The checked configuration of a cluster, as one who is not a member may have it.
 *
 * @example
 * ```ts
 * import {
 *   type ClusterConfiguration,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const who = ({ acceptors }: ClusterConfiguration) => acceptors.map(({ name }) => name);
 * assertEquals(who(alice), ["Alice"]);
 * ```
 */
export interface ClusterConfiguration extends Settings {
  /** The file it was read from, as the operator named it. */
  readonly source: string;
  /** The file that all members share; undefined if each has a file with everything. */
  readonly shared: SharedFile | undefined;
  /** All identities, sorted by name. */
  readonly identities: readonly Identity[];
  /** Sorted by name: positions are acceptor indices. */
  readonly acceptors: readonly Identity[];
  /** Who may propose: the acceptors, then the declared proposers by name. Positions are those in ballots. */
  readonly proposers: readonly Identity[];
  /** Valid. */
  readonly graph: LearnerGraph;
  /** Names of the learners that nobody need agree with, sorted. */
  readonly allowDisagreement: readonly string[];
  /** What the members of a cluster must have in common. */
  readonly digest: ConfigDigests;
  /** What the operator should know, each in one line. */
  readonly warnings: readonly string[];
}

/**
 * A file without a key, the same at all members.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   type SharedFile,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * // It has a file of its own with everything.
 * const shared: SharedFile | undefined = alice.shared;
 * assertEquals(shared, undefined);
 * ```
 */
export interface SharedFile {
  /** Its path. */
  readonly file: string;
  /** SHA-256 of its bytes, hex, as `sha256sum` prints it: what members compare. */
  readonly sha256: string;
}
