/**
 * The settings that a configuration may leave out: what each bounds, its default and the range in
 * which a value makes sense. docs/LIMITS.md is made from these tables.
 *
 * @module
 */

import { type LimitName, LIMITS } from "./peer_limits.ts";
import { HOUR_MS, KIB, MINUTE_MS, SECOND_MS, type Setting, setting } from "./setting.ts";

export { type LimitName, LIMITS } from "./peer_limits.ts";
export type { Setting } from "./setting.ts";

/** Members of `proposer`; each is explained in {@linkcode PROPOSER_SETTINGS}. */
export type ProposerSettingName = "backoffMsMin" | "backoffMsMax" | "windowMsMin";

/** Members of `network`; each is explained in {@linkcode NETWORK_SETTINGS}. */
export type NetworkSettingName =
  | "reconnectMsMin"
  | "reconnectMsMax"
  | "pingIntervalMs"
  | "pingTimeoutMs"
  | "echoDelayMs"
  | "recoveryWaitMs"
  | "wantDelayMs";

/** Bounds on what peers may cost. */
export type Limits = Readonly<Record<LimitName, number>>;

/**
 * How a proposer waits.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   type ProposerSettings,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const { backoffMsMin }: ProposerSettings = alice.proposer;
 * assertEquals(backoffMsMin, 200);
 * ```
 */
export interface ProposerSettings extends Readonly<Record<ProposerSettingName, number>> {
  /**
   * Names of the proposers that have windows of their own, in turn: all acceptors, unless the
   * configuration says something else. Empty if nobody keeps windows.
   */
  readonly rotation: readonly string[];
}

/**
 * How links behave.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   loadConfiguration,
 *   type NetworkSettings,
 *   planHomogeneous,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const { pingIntervalMs }: NetworkSettings = alice.network;
 * assertEquals(pingIntervalMs, 2_000);
 * ```
 */
export type NetworkSettings = Readonly<Record<NetworkSettingName, number>>;

/** `proposer` of the configuration. */
export const PROPOSER_SETTINGS: Readonly<Record<ProposerSettingName, Setting>> = {
  backoffMsMin: setting(
    "Milliseconds before a proposer's second ballot, at most; without windows each wait after it is " +
      "longer, at random. With windows half of it is what a ballot is given as long as none has told " +
      "how long one takes.",
    200,
    1,
    HOUR_MS,
  ),
  backoffMsMax: setting(
    "Without windows: milliseconds that a proposer waits at most between two ballots.",
    10 * SECOND_MS,
    1,
    HOUR_MS,
  ),
  windowMsMin: setting(
    "Milliseconds of the first window in which acceptors let one proposer's ballots pass; each " +
      "next one is longer by as much. The same at all members.",
    20,
    4,
    HOUR_MS,
  ),
};

/** `network` of the configuration. */
export const NETWORK_SETTINGS: Readonly<Record<NetworkSettingName, Setting>> = {
  reconnectMsMin: setting(
    "Milliseconds before the first attempt to restore a lost link; each further wait is longer.",
    100,
    1,
    HOUR_MS,
  ),
  reconnectMsMax: setting(
    "Milliseconds that pass at most between two attempts to restore a link.",
    5 * SECOND_MS,
    1,
    HOUR_MS,
  ),
  pingIntervalMs: setting(
    "Milliseconds of silence on a link after which the peer is asked whether it is there.",
    2 * SECOND_MS,
    10,
    HOUR_MS,
  ),
  pingTimeoutMs: setting(
    "Milliseconds for the answer, or for anything else to come. Without it the link is lost. A " +
      "peer whose disk takes longer than this to keep a batch loses its links.",
    10 * SECOND_MS,
    10,
    HOUR_MS,
  ),
  recoveryWaitMs: setting(
    "Milliseconds that an acceptor that starts waits for peers to say which messages of its own " +
      "they know, if a quorum has said so.",
    2 * SECOND_MS,
    0,
    HOUR_MS,
  ),
  echoDelayMs: setting(
    "Milliseconds that an echo waits: meanwhile the peer may tell us that it has the message.",
    100,
    1,
    MINUTE_MS,
  ),
  wantDelayMs: setting(
    "Milliseconds that a missing message is waited for before a peer is asked for it.",
    50,
    1,
    MINUTE_MS,
  ),
};

/** All settings at their defaults. */
export const DEFAULT_LIMITS: Limits = defaults(LIMITS);

/** All settings at their defaults, but for the rotation, which depends on who the acceptors are. */
export const DEFAULT_PROPOSER_SETTINGS: Omit<ProposerSettings, "rotation"> = defaults(
  PROPOSER_SETTINGS,
);

/** All settings at their defaults. */
export const DEFAULT_NETWORK_SETTINGS: NetworkSettings = defaults(NETWORK_SETTINGS);

function defaults<K extends string>(table: Readonly<Record<K, Setting>>): Record<K, number> {
  const names = Object.keys(table) as K[];
  return Object.fromEntries(names.map((name) => [name, table[name].default])) as Record<K, number>;
}

/** Bytes of an envelope besides its largest message: framing, field headers, ids, signature. */
export const ENVELOPE_OVERHEAD_BYTES = 4 * KIB;

/** Bytes that one ref takes in an envelope: its id, a field header and a length. */
export const REF_BYTES = 34;
