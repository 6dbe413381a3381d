/**
 * The settings of a configuration: defaults for what it leaves out, refusal of what makes no sense.
 *
 * @module
 */

import { draftRefsMax } from "../core/acceptor.ts";
import type { LogSettings } from "../log/types.ts";
import type { Config } from "../wire/gen/hetpaxos/v1/config_pb.ts";
import { LOG_RETENTION, LOG_SETTINGS } from "../wire/log_settings.ts";
import {
  ENVELOPE_OVERHEAD_BYTES,
  type LimitName,
  LIMITS,
  type Limits,
  NETWORK_SETTINGS,
  type NetworkSettings,
  PROPOSER_SETTINGS,
  type ProposerSettings,
  REF_BYTES,
  type Setting,
} from "../wire/limits.ts";
import { didYouMean } from "../wire/names.ts";
import { type Place, quote } from "../wire/place.ts";

/**
 * All settings, defaults filled in.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   type Settings,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const { limits }: Settings = alice;
 * assertEquals(limits.valueBytesMax > 0, true);
 * ```
 */
export interface Settings {
  /** Bounds on what peers may cost. */
  readonly limits: Limits;
  /** How a proposer waits. */
  readonly proposer: ProposerSettings;
  /** How links behave. */
  readonly network: NetworkSettings;
  /** How the log is kept; undefined if instances are no log. */
  readonly log?: LogSettings | undefined;
  /** Names of learners that forgetting does not wait for here. */
  readonly abandoned: readonly string[];
}

/**
 * Reads the settings.
 *
 * @param acceptors Their names, sorted.
 * @param proposers Names of the declared proposers.
 * @throws OperatorError if one is out of its range, or two contradict each other.
 */
export function parseSettings(
  config: Config,
  acceptors: readonly string[],
  proposers: readonly string[],
  root: Place,
): Settings {
  const limits = fill(LIMITS, config.limits, root.field("limits"));
  const proposer = {
    ...fill(PROPOSER_SETTINGS, config.proposer, root.field("proposer")),
    rotation: rotationOf(config, acceptors, root.field("proposer")),
  };
  const network = fill(NETWORK_SETTINGS, config.network, root.field("network"));
  checkLimits(limits, root.field("limits"));
  checkRefs(limits, acceptors.length, root.field("limits"));
  checkOrder(proposer, "backoffMsMin", "backoffMsMax", root.field("proposer"));
  const rotationPlace = root.field("proposer").field("rotation");
  checkRotation(proposer.rotation, [...acceptors, ...proposers], rotationPlace);
  checkOrder(network, "reconnectMsMin", "reconnectMsMax", root.field("network"));
  const log = logOf(config, limits, root.field("log"));
  const abandoned = abandonedOf(config, root.field("log").field("abandon"));
  return { limits, proposer, network, log, abandoned };
}

/** @param place Of the settings of the log. */
function logOf(config: Config, limits: Limits, place: Place): LogSettings | undefined {
  const { log } = config;
  if (log === undefined) return undefined;
  const settings = fill(LOG_SETTINGS, log, place);
  const retain = fill(LOG_RETENTION, log.retain, place.field("retain"));
  const { windowMax, spreadMax, checkpointEvery, clientsMax, batchBytesMax } = settings;
  const least = Math.max(windowMax, 2 * checkpointEvery);
  if (spreadMax < least) {
    place.field("spreadMax").fail(
      `is ${spreadMax}; with windowMax ${windowMax} and checkpointEvery ${checkpointEvery} it must ` +
        `be at least ${least}`,
    );
  }
  if (batchBytesMax > limits.valueBytesMax) {
    place.field("batchBytesMax").fail(
      `is ${batchBytesMax}, above limits.valueBytesMax, which is ${limits.valueBytesMax}`,
    );
  }
  const learners = Object.keys(config.learners).length;
  const acceptors = config.addresses.filter(({ client }) => !client).length;
  const certificate = acceptors * (HEAD_BYTES * (learners + 1));
  const needed = 2 * learners * (clientsMax * SESSION_BYTES_MAX + certificate);
  if (limits.envelopeBytesMax < needed) {
    place.field("clientsMax").fail(
      `is ${clientsMax}; with ${learners} learners limits.envelopeBytesMax must be at least ` +
        `${needed} then, and is ${limits.envelopeBytesMax}`,
    );
  }
  return { ...settings, retain };
}

function abandonedOf({ log, learners }: Config, place: Place): readonly string[] {
  const names = Object.keys(learners);
  (log?.abandon ?? []).forEach((name, index) => {
    if (names.includes(name)) return;
    place.item(index).fail(`${quote(name)} is the name of no learner${didYouMean(name, names)}`);
  });
  return log?.abandon ?? [];
}

/** Bytes that a client takes in what is told of all. */
const SESSION_BYTES_MAX = 84;

/** Bytes of what a statement says of a learner, at most, and of all else in it. */
const HEAD_BYTES = 128;

function fill<K extends string>(
  table: Readonly<Record<K, Setting>>,
  given: Readonly<Record<NoInfer<K>, number>> | undefined,
  place: Place,
): Record<K, number> {
  const names = Object.keys(table) as K[];
  const entries = names.map((name): [K, number] => {
    const { default: standard, min, max } = table[name];
    const value = given?.[name] || standard;
    if (value < min || value > max) {
      place.field(name).fail(`is ${value}; a number from ${min} to ${max} is expected`);
    }
    return [name, value];
  });
  return Object.fromEntries(entries) as Record<K, number>;
}

function checkLimits(limits: Limits, place: Place): void {
  const { valueBytesMax, envelopeBytesMax, refsMax } = limits;
  const needed = ENVELOPE_OVERHEAD_BYTES + Math.max(valueBytesMax, refsMax * REF_BYTES);
  if (envelopeBytesMax < needed) {
    place.field("envelopeBytesMax").fail(
      `is ${envelopeBytesMax}; with valueBytesMax ${valueBytesMax} and refsMax ${refsMax} ` +
        `it must be at least ${needed}`,
    );
  }
  const { inboxRefsPerPeerMax } = limits;
  if (inboxRefsPerPeerMax <= refsMax) {
    place.field("inboxRefsPerPeerMax").fail(
      `is ${inboxRefsPerPeerMax}; it must be more than refsMax, which is ${refsMax}`,
    );
  }
  checkRoom(limits, "bytesInFlightMax", "envelopeBytesMax", place);
  checkRoom(limits, "futureBytesMax", "valueBytesMax", place);
  checkRoom(limits, "proposalBytesPerSecondMax", "valueBytesMax", place);
}

/** What an honest acceptor may have to sign, every member has to take. */
function checkRefs({ refsMax }: Limits, acceptorCount: number, place: Place): void {
  const needed = draftRefsMax(acceptorCount);
  if (refsMax >= needed) return;
  place.field("refsMax").fail(
    `is ${refsMax}; with ${acceptorCount} acceptors it must be at least ${needed}`,
  );
}

function checkRoom(limits: Limits, room: LimitName, needed: LimitName, place: Place): void {
  if (limits[room] >= limits[needed]) return;
  place.field(room).fail(
    `is ${limits[room]}; it must be at least ${needed}, which is ${limits[needed]}`,
  );
}

/** Whose windows follow each other: all acceptors', unless something else is said. */
function rotationOf({ proposer }: Config, acceptors: readonly string[], place: Place) {
  const { rotation = [], withoutWindows = false } = proposer ?? {};
  if (withoutWindows && rotation.length > 0) {
    place.field("withoutWindows").fail(
      `is true, and ${place.field("rotation").path} says whose windows follow each other; ` +
        "leave out one of them",
    );
  }
  return withoutWindows || rotation.length > 0 ? rotation : acceptors;
}

function checkRotation(
  rotation: readonly string[],
  names: readonly string[],
  place: Place,
): void {
  rotation.forEach((name, index) => {
    if (!names.includes(name)) {
      place.item(index).fail(
        `${quote(name)} may not propose: it is neither an acceptor nor one of the proposers`,
      );
    }
    const first = rotation.indexOf(name);
    if (first < index) {
      place.item(index).fail(`${quote(name)} has its turn at ${place.item(first).path} already`);
    }
  });
}

function checkOrder<K extends string>(
  settings: Readonly<Record<K, number>>,
  least: K,
  most: K,
  place: Place,
): void {
  if (settings[least] > settings[most]) {
    place.field(least).fail(`is ${settings[least]}, above ${most}, which is ${settings[most]}`);
  }
}
