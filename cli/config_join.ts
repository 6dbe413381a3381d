/**
 * `hetpaxos config join`: from everybody's cards and one learner graph to the configuration that all
 * share.
 *
 * @module
 */

import { existsSync, realpathSync } from "node:fs";
import { type Card, readCard } from "../lib/config/card.ts";
import { type ClusterConfiguration, loadCluster } from "../lib/config/cluster_configuration.ts";
import { readText } from "../lib/config/config_files.ts";
import { joinCards } from "../lib/config/join_cards.ts";
import { placeToReplace, writeFiles } from "../lib/config/write_files.ts";
import { toHex } from "../lib/wire/hex.ts";
import { compareNames, listNames } from "../lib/wire/names.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import type { FlagValues } from "./flags.ts";
import { type Command, defineCommand } from "./command.ts";
import { PLAN_FLAGS, planOf, PRESET_HELP, PRESETS } from "./config_plan.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "./output.ts";

const FLAGS = [
  {
    name: "graph",
    kind: "text",
    value: "FILE",
    offers: "file",
    excludes: ["preset", "learners", "byzantine", "crash", "rules"],
    help: "the learner graph: JSON with learners, safetySets, allowDisagreement, rules and " +
      "settings as a configuration has them",
  },
  {
    name: "preset",
    kind: "choice",
    value: "PRESET",
    choices: PRESETS,
    help: `instead of --graph, over the acceptors of the cards. ${PRESET_HELP} (Red_0, Blue_0, ` +
      "Both_0 and so on are what the cards must be named)",
  },
  ...PLAN_FLAGS,
  {
    name: "out",
    kind: "text",
    value: "FILE",
    default: "cluster.json",
    offers: "file",
    help: "the file to write",
  },
  { name: "force", kind: "boolean", help: "replace a file that says something else" },
  ...OUTPUT_FLAGS,
] as const;

type Flags = FlagValues<typeof FLAGS>;

/** The command. */
export const configJoin: Command = defineCommand({
  name: "join",
  summary: "make the configuration that all members share, from their cards",
  description: "Makes one file from the cards of all identities and one learner graph. It has no " +
    "private key, and it is the same to the last byte whoever makes it, in whatever order the " +
    "cards are given: let every party make its own, and compare the SHA-256 over the telephone. " +
    "Programs are started with a file that points to it and to the private key, such as hetpaxos " +
    "key new makes.",
  flags: FLAGS,
  positionals: [{
    name: "CARD",
    help: "the card of an identity, as key new makes it",
    many: true,
    offers: "file",
  }],
  examples: [
    { args: "*.card.json --graph graph.json", does: "The shared configuration by a graph." },
    { args: "*.card.json --preset bft", does: "All acceptors alike, as many Byzantine as can be." },
  ],
  exits: [
    { status: EXIT.usage, means: "a flag is wrong, or the file exists and says something else" },
    { status: EXIT.configuration, means: "a card or the graph is wrong, or one lacks the other" },
    { status: EXIT.resource, means: "a file cannot be read or written" },
  ],
}, ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  if (flags.graph === undefined && flags.preset === undefined) {
    usage("--graph", "is missing: give a learner graph, or a --preset");
  }
  refuseInput(flags, positionals);
  const cards = positionals.map(readCard);
  const { text, source } = graphOf(flags, cards);
  const joined = joinCards(cards, text, source);
  const cluster = loadCluster(joined, flags.out);
  const written = write(flags, joined);
  report(output, cluster, written);
  return Promise.resolve(EXIT.ok);
});

/** Whoever wrote over a card or the graph would have to ask for it, or think of it, again. */
function refuseInput({ out, graph }: Flags, cards: readonly string[]): void {
  if (!existsSync(out)) return;
  const place = realpathSync(out);
  const isOut = (file: string) => existsSync(file) && realpathSync(file) === place;
  const card = cards.find(isOut);
  if (card !== undefined) usage("--out", `is the card ${card}: choose another name`);
  if (graph !== undefined && isOut(graph)) {
    usage("--out", `is the learner graph ${graph}: choose another name`);
  }
}

function graphOf(flags: Flags, cards: readonly Card[]): { text: string; source: string } {
  const { graph, preset, rules } = flags;
  if (graph !== undefined) return { text: readText(graph, graph), source: graph };
  const acceptors = cards.filter(({ client }) => !client).map(({ name }) => name);
  if (acceptors.length === 0) {
    usage("CARD", "is the card of an acceptor for none: give at least one");
  }
  const plan = planOf(preset!, flags, acceptors.sort(compareNames));
  const { learners, safetySets } = plan;
  const clients = cards.filter(({ client }) => client).map(({ name }) => name);
  return {
    text: JSON.stringify({
      ...{ learners, safetySets },
      ...clients.length === 0 ? {} : { proposers: clients },
      ...rules === undefined ? {} : { rules },
    }),
    source: `--preset ${preset}`,
  };
}

/** Writes the file unless it is there already. @returns whether it was not. */
function write({ out, force }: Flags, text: string): boolean {
  const place = placeToReplace(out, true);
  if (existsSync(place) && readText(place, out) === text) return false;
  writeFiles([{ path: out, text, public: true }], {
    overwrite: force,
    advice: "it says something else; compare the two, and --force to replace it",
  });
  return true;
}

function report(output: Output, cluster: ClusterConfiguration, written: boolean): void {
  const { source, acceptors, identities, graph: { spec: { learners } }, warnings } = cluster;
  const names = acceptors.map(({ name }) => name);
  const clients = identities.filter(({ client }) => client).map(({ name }) => name);
  const digest = toHex(cluster.digest.whole);
  const { sha256 } = cluster.shared!;
  output.emit(
    {
      event: "joined",
      file: source,
      written,
      acceptors: names,
      clients,
      learners,
      digest,
      sha256,
      warnings: [...warnings],
    },
    [
      { paint: "bold", text: source },
      written ? "" : " (it was so already)",
      `  ${names.length} acceptors: ${listNames(names)}`,
      clients.length === 0 ? "" : `; ${clients.length} clients: ${listNames(clients)}`,
      `; learners ${listNames(learners)}`,
    ],
  );
  output.say([`sha256 ${sha256}`]);
  output.say([`digest ${digest}`]);
  output.say(["all members must have the same: compare before you start"]);
  for (const warning of warnings) output.say([{ paint: "yellow", text: warning }]);
}

function usage(where: string, what: string): never {
  throw new OperatorError(EXIT.usage, what, where);
}
