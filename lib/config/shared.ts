/**
 * A configuration in two files: one that all members share, without any key, and one of each
 * process, which names it.
 *
 * @module
 */

import type { Config, LogSettings } from "../wire/gen/hetpaxos/v1/config_pb.ts";
import type { Place } from "../wire/place.ts";

/** What belongs to one process; the schema's names of fields that are texts. */
const OWN_FIELDS = [
  "privateKey",
  "privateKeyFile",
  "proposal",
  "listen",
  "dataDir",
  "cluster",
] as const;

/** What all have in common. Settings are in neither list: both files may have some. */
const SHARED_FIELDS = [
  "learners",
  "safetySets",
  "addresses",
  "rules",
  "allowDisagreement",
  "proposers",
] as const;

/** @throws OperatorError if a file that all share has something of one process, a key above all. */
export function refuseOwnFields(shared: Config, place: Place): void {
  for (const field of OWN_FIELDS) {
    if (shared[field] === "") continue;
    if (field === "cluster") place.field(field).fail("names another file; name that one instead");
    place.field(field).fail(
      field.startsWith("privateKey")
        ? "is in the file that all share; a private key belongs into its owner's own file"
        : "belongs to one process: put it into the own file of that, not into the one all share",
    );
  }
}

/** @throws OperatorError if a file that names the shared one says itself what that is for. */
export function refuseSharedFields(own: Config, place: Place): void {
  for (const field of SHARED_FIELDS) {
    const value = own[field];
    if (typeof value === "number" ? value === 0 : Object.keys(value).length === 0) continue;
    place.field(field).fail('belongs into the file that "cluster" names; leave it out here');
  }
}

/** @throws OperatorError if the own file has settings of a log, and the shared one has no log. */
export function refuseLonelyLog(own: Config, shared: Config, place: Place): void {
  if (own.log === undefined || shared.log !== undefined) return;
  place.field("log").fail(
    'is in this file only; whether there is a log belongs into the file that "cluster" names',
  );
}

/** One configuration of both files. Of a setting that both have, the own file's counts. */
export function joinConfigs(own: Config, shared: Config): Config {
  const { learners, safetySets, addresses, rules, allowDisagreement, proposers } = shared;
  const joined: Config = {
    ...own,
    ...{ learners, safetySets, addresses, rules, allowDisagreement, proposers },
  };
  for (const group of ["limits", "proposer", "network"] as const) {
    // No setting may be 0, empty or false: that is how the schema says that one is absent.
    const given = Object.entries(own[group] ?? {}).filter(([, value]) =>
      Array.isArray(value) ? value.length > 0 : value !== 0 && value !== false
    );
    Object.assign(joined, { [group]: { ...shared[group], ...Object.fromEntries(given) } });
  }
  return { ...joined, log: joinLogs(own.log, shared.log) };
}

/** Whether there is a log at all, the shared file says. */
function joinLogs(own: LogSettings | undefined, shared: LogSettings | undefined) {
  if (own === undefined || shared === undefined) return shared;
  const given = Object.entries(own).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== 0 && value !== undefined
  );
  const retained = Object.entries(own.retain ?? {}).filter(([, value]) => value !== 0);
  const retain = { ...shared.retain, ...Object.fromEntries(retained) };
  return { ...shared, ...Object.fromEntries(given), retain } as LogSettings;
}
