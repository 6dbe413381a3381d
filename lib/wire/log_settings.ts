/**
 * The settings of a log that a configuration may leave out. docs/LIMITS.md is made from these tables.
 *
 * @module
 */

import { KIB, MIB, type Setting, setting } from "./setting.ts";

/** Members of `log` that are numbers. */
export type LogSettingName =
  | "windowMax"
  | "spreadMax"
  | "checkpointEvery"
  | "clientsMax"
  | "pipelineMax"
  | "batchBytesMax";

/** Members of `log.retain`. */
export type LogRetentionName = "entries" | "bytes";

/** `log` of the configuration. */
export const LOG_SETTINGS: Readonly<Record<LogSettingName, Setting>> = {
  windowMax: setting(
    "Instances that may be open beyond the first that the fastest learner lacks. Messages of later " +
      "ones are refused (OUTSIDE_WINDOW). The same at all members.",
    1_024,
    4,
    65_536,
  ),
  spreadMax: setting(
    "Instances that may be open beyond the floor, whoever lags; those of later ones are refused " +
      "(OUTSIDE_WINDOW). At least `windowMax`, and twice `checkpointEvery`. The same at all members.",
    4_096,
    8,
    65_536,
  ),
  checkpointEvery: setting(
    "Instances from one checkpoint to the next. The same at all members.",
    256,
    2,
    32_768,
  ),
  clientsMax: setting(
    "Clients whose numbers are remembered, so that nothing is delivered twice; the one not heard of " +
      "for longest goes. The same at all members.",
    1_000,
    1,
    20_000,
  ),
  pipelineMax: setting("Batches that an acceptor has under way at once.", 8, 1, 1_024),
  batchBytesMax: setting(
    "Bytes of a batch of records. Must not be above `valueBytesMax`.",
    256 * KIB,
    128,
    16 * MIB,
  ),
};

/** `log.retain` of the configuration. */
export const LOG_RETENTION: Readonly<Record<LogRetentionName, Setting>> = {
  entries: setting(
    "Entries below the floor that are kept for readers, of each learner.",
    10_000,
    1,
    10_000_000,
  ),
  bytes: setting(
    "Bytes of their values, of each learner. They are kept in memory, too.",
    64 * MIB,
    1,
    2_048 * MIB,
  ),
};
