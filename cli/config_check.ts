/**
 * `hetpaxos config check`: whether files are right, what they say, and whether they belong
 * together.
 *
 * @module
 */

import { membersOf } from "../lib/core/acceptor_set.ts";
import { KEY_KIND_NAMES } from "../lib/crypto/keys.ts";
import {
  type ClusterConfiguration,
  type Configuration,
  readAnyConfiguration,
} from "../lib/config/configuration.ts";
import { formatHostPort } from "../lib/config/addresses.ts";
import { loopbackWarning } from "../lib/process/isolation_watch.ts";
import { differingParts } from "../lib/config/digest.ts";
import { findStarvations } from "../lib/graph/starvation.ts";
import { toHex } from "../lib/wire/hex.ts";
import { LIMITS, NETWORK_SETTINGS, PROPOSER_SETTINGS, type Setting } from "../lib/wire/limits.ts";
import { listNames } from "../lib/wire/names.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { describeRule } from "../lib/config/rule_text.ts";
import { type Command, defineCommand } from "./command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "./output.ts";

/** The command. */
export const configCheck: Command = defineCommand({
  name: "check",
  summary: "check configuration files and describe them",
  description: "Checks all that a process would check when it starts, the learner graph " +
    "included, and describes the file in words: who it is, who votes, by which quorums each " +
    "learner decides, and who agrees with whom as long as which acceptors are safe. Of several " +
    "files it also checks that they belong to one cluster. A file without a private key is " +
    "checked as what all members share.",
  flags: OUTPUT_FLAGS,
  positionals: [{
    name: "FILE",
    help: "configuration file, or - for standard input",
    many: true,
    offers: "file",
  }],
  examples: [{ args: "my_*_config.json", does: "Checks all members of a cluster." }],
  exits: [
    { status: EXIT.configuration, means: "a file is wrong, or the files do not belong together" },
    { status: EXIT.resource, means: "a file cannot be read" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  let first: ClusterConfiguration | undefined;
  for (const file of positionals) {
    const configuration = await readAnyConfiguration(file);
    describe(output, configuration);
    first ??= configuration;
    const parts = differingParts(first.digest, configuration.digest);
    if (parts.length > 0) {
      throw new OperatorError(
        EXIT.configuration,
        `is of another cluster than ${first.source}: they differ in ${parts.join(", ")}`,
        configuration.source,
      );
    }
  }
  return EXIT.ok;
});

function describe(output: Output, configuration: ClusterConfiguration | Configuration): void {
  const description = describeConfiguration(configuration);
  if (output.format === "json") {
    output.emit(description);
    return;
  }
  const { identity, acceptors, clients, learners, agreement, starvation } = description;
  output.say([{ paint: "bold", text: configuration.source }, ": valid"]);
  line(output, "identity", identity ?? "none: no private key, so what all members share");
  if (description.listen !== null) line(output, "listens", description.listen);
  line(output, "acceptors", `${acceptors.length}: ${listNames(acceptors, 16)}`);
  if (clients.length > 0) line(output, "clients", `${clients.length}: ${listNames(clients, 16)}`);
  const { proposers } = description;
  if (proposers.length > 0) {
    line(output, "proposers", `acceptors, and ${listNames(proposers, 16)}`);
  }
  for (const { learner, quorums } of learners) line(output, "learner", `${learner}: ${quorums}`);
  for (const { learners, safeSets } of agreement) {
    const who = learners[0] === learners[1]
      ? `${learners[0]} with itself`
      : learners.join(" with ");
    line(output, "agree", `${who}, while safe: ${safeSets}`);
  }
  for (const name of description.allowDisagreement) {
    line(output, "disagree", `${name}: nothing keeps its decisions alike, on purpose`);
  }
  for (const { by, starved, quorum } of starvation) {
    const text = quorum === "unknown"
      ? `whether ${by} may leave ${starved} undecided is unknown: their quorums are too irregular`
      : `${by}, deciding by ${quorum.join(", ")}, may leave ${starved} undecided`;
    line(output, "limit", text);
  }
  line(output, "rules", description.rules);
  line(output, "settings", description.settings.join(", ") || "all at their defaults");
  line(output, "digest", description.digest);
  const { shared } = description;
  if (shared !== null) line(output, "shared file", `${shared.file}, sha256 ${shared.sha256}`);
  for (const warning of description.warnings) {
    output.say([{ paint: "yellow", text: "  warning     " }, warning]);
  }
}

function line(output: Output, term: string, text: string): void {
  output.say([{ paint: "dim", text: `  ${term.padEnd(12)}` }, text]);
}

function describeConfiguration(configuration: ClusterConfiguration | Configuration) {
  const { acceptors, graph, proposer: { rotation } } = configuration;
  const { spec } = graph;
  return {
    event: "checked",
    file: configuration.source,
    ...describeOwner(configuration),
    acceptors: acceptors.map(({ name, ...at }) => `${name} (${formatHostPort(at)})`),
    clients: configuration.identities.filter(({ client }) => client).map(({ name }) => name),
    proposers: configuration.proposers.slice(acceptors.length).map(({ name }) => name),
    learners: spec.learners.map((learner, i) => ({
      learner,
      quorums: describeRule(spec.quorums[i]!, spec.acceptors),
    })),
    agreement: spec.safety.map(({ a, b, safe }) => ({
      learners: [spec.learners[a]!, spec.learners[b]!],
      safeSets: describeRule(safe, spec.acceptors),
    })),
    allowDisagreement: configuration.allowDisagreement,
    starvation: findStarvations(graph).map(({ by, starved, quorum }) => ({
      by: spec.learners[by]!,
      starved: spec.learners[starved]!,
      quorum: quorum === "unknown"
        ? quorum
        : membersOf(quorum).map((index) => spec.acceptors[index]!),
    })),
    rules: spec.burial,
    settings: [
      ...changed(LIMITS, configuration.limits),
      ...changed(PROPOSER_SETTINGS, configuration.proposer),
      ...describeRotation(rotation, acceptors.map(({ name }) => name)),
      ...changed(NETWORK_SETTINGS, configuration.network),
    ],
    digest: toHex(configuration.digest.whole),
    shared: configuration.shared === undefined ? null : { ...configuration.shared },
    warnings: [...configuration.warnings, ...whereUnreachable(configuration)],
  };
}

/** What an acceptor says when it starts where nobody else can reach it; a name is not looked up. */
function whereUnreachable(configuration: ClusterConfiguration | Configuration): string[] {
  if (!("self" in configuration) || configuration.self.acceptorIndex === undefined) return [];
  const { listen, self, acceptors } = configuration;
  return [loopbackWarning(listen, self, acceptors) ?? []].flat();
}

/** Who runs by the file; all null if nobody can, for it has no private key. */
function describeOwner(configuration: ClusterConfiguration | Configuration) {
  if (!("self" in configuration)) return { name: null, identity: null, listen: null };
  const { self, listen, acceptors } = configuration;
  const role = self.acceptorIndex === undefined
    ? "client"
    : `acceptor ${self.acceptorIndex} of ${acceptors.length}`;
  return {
    name: self.name,
    identity: `${self.name}, ${role}, ${KEY_KIND_NAMES[self.certificate.keyKind]} key`,
    listen: listen.host === "" ? "nowhere" : formatHostPort(listen),
  };
}

/** Whose windows follow each other, if they are not simply all acceptors'. */
function describeRotation(rotation: readonly string[], acceptors: readonly string[]): string[] {
  if (rotation.length === 0) return ["withoutWindows"];
  const isDefault = rotation.length === acceptors.length &&
    rotation.every((name, index) => name === acceptors[index]);
  return isDefault ? [] : [`rotation ${listNames(rotation)}`];
}

/** Settings that are not at their defaults. */
function changed<K extends string>(
  table: Readonly<Record<K, Setting>>,
  values: Readonly<Record<K, number>>,
): string[] {
  const names = Object.keys(table) as K[];
  return names.filter((name) => values[name] !== table[name].default)
    .map((name) => `${name} ${values[name]}`);
}
