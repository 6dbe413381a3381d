/**
 * `hetpaxos graph import`: a learner graph of a network whose nodes publish quorum sets.
 *
 * @module
 */

import { readText } from "../../lib/config/config_files.ts";
import { graphFileJson } from "../../lib/config/graph_file.ts";
import { parseNodes, parseOrganizations } from "../../lib/config/stellar_file.ts";
import { type LearnerGraphSpec, makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { type SetRule, thresholdOf } from "../../lib/core/quorum.ts";
import { deriveSafety, ruleOfSets } from "../../lib/graph/derive.ts";
import { type Effort, limited, type Work } from "../../lib/graph/effort.ts";
import { prepare } from "../../lib/graph/prepared.ts";
import { minimalQuorums } from "../../lib/graph/sets.ts";
import {
  type ImportedNetwork,
  importNetwork,
  LEARNER_CHOICES,
  NoQuorumError,
  type StellarNode,
} from "../../lib/graph/stellar.ts";
import { compareNames, listNames, nameFault } from "../../lib/wire/names.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { drive, EFFORT_FLAGS } from "../graph/drive.ts";
import { writeNewText } from "../graph/write.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";

/** Minimal quorums, for each learner, that are written out as such. */
const WRITTEN_MAX = 1_000;

/** Makes a learner graph of what another system has. */
export const graphImport: Command = defineCommand({
  name: "import",
  summary: "make a graph of a network whose nodes publish quorum sets",
  description:
    "Reads nodes as Stellar's network explorers list them and writes a learner graph. Its acceptors " +
    "are the nodes that can be in a quorum: a set that meets the quorum set of each member. " +
    "Thresholds do not say that, so the graph keeps the nodes' quorum sets as demands, unless all " +
    "whom a learner names demand the same; --quorums written writes minimal quorums instead, as a " +
    "configuration can have them. What was left out and chosen is said.",
  flags: [
    ...OUTPUT_FLAGS,
    ...EFFORT_FLAGS,
    {
      name: "stellar",
      kind: "text",
      value: "FILE",
      offers: "file",
      required: true,
      help: "the nodes, a JSON array; - is standard input",
    },
    {
      name: "organizations",
      kind: "text",
      value: "FILE",
      offers: "file",
      help: "the organizations, a JSON array, for --learners organizations",
    },
    {
      name: "out",
      kind: "text",
      value: "FILE",
      offers: "file",
      required: true,
      help: "where to write the graph; it is replaced",
    },
    {
      name: "learners",
      kind: "choice",
      value: "WHICH",
      choices: LEARNER_CHOICES,
      default: "quorum-sets",
      help: "one learner for each distinct quorum set, node or organization, or one for all",
    },
    {
      name: "safe",
      kind: "choice",
      value: "HOW",
      choices: ["all", "largest", "none"],
      default: "all",
      help:
        "who must be safe for learners to agree: all acceptors, as few as the quorums allow, or leave it open",
    },
    {
      name: "quorums",
      kind: "choice",
      value: "HOW",
      choices: ["demands", "written"],
      default: "demands",
      help: "whether acceptors keep their demands, or minimal quorums are written out",
    },
  ],
  examples: [
    { args: "--stellar nodes.json --out graph.json", does: "a learner for each quorum set" },
    {
      args: "--stellar nodes.json --organizations orgs.json --learners organizations --out g.json",
      does: "a learner for each organization",
    },
  ],
  exits: [
    { status: EXIT.ok, means: "written" },
    { status: EXIT.usage, means: "a flag or argument is wrong" },
    { status: EXIT.configuration, means: "a file is wrong, or no node can be in a quorum" },
    { status: EXIT.resource, means: "a file cannot be read or written" },
    { status: EXIT.timeout, means: "quorums or safe sets were too many, or not found in time" },
  ],
}, async ({ flags, stdout }) => {
  if (flags.learners === "organizations" && flags.organizations === undefined) {
    throw new OperatorError(
      EXIT.usage,
      "is needed for --learners organizations",
      "--organizations",
    );
  }
  const nodes = parseNodes(readText(flags.stellar, flags.stellar), flags.stellar);
  const organizations = flags.organizations === undefined
    ? []
    : parseOrganizations(readText(flags.organizations, flags.organizations), flags.organizations);
  const network = attempt(
    () => importNetwork(nodes, organizations, flags.learners, makeNaming(nodes)),
    flags.stellar,
  );
  const { value: made } = await drive(
    (effort) => complete(network, flags.safe, flags.quorums === "written", effort),
    flags["time-limit"],
  );
  if (typeof made === "string") throw new OperatorError(EXIT.timeout, made, flags.stellar);
  const json = graphFileJson(made.spec, made.demands);
  writeNewText(flags.out, JSON.stringify(json, undefined, 2) + "\n");
  report(makeOutput(flags, stdout), flags.out, network, made);
  return EXIT.ok;
});

function attempt<T>(make: () => T, file: string): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof NoQuorumError)) throw error;
    throw new OperatorError(EXIT.configuration, error.message, file);
  }
}

/** Names where they are unique and fit to be names, else public keys. */
function makeNaming(nodes: readonly StellarNode[]): (node: StellarNode) => string {
  const counts = new Map<string, number>();
  for (const { name } of nodes) if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  return ({ name, publicKey }) =>
    name && counts.get(name) === 1 && nameFault(name) === undefined ? name : publicKey;
}

interface Completed {
  readonly spec: LearnerGraphSpec;
  readonly demands: ImportedNetwork["demands"];
  readonly leftOut: readonly string[];
}

function* complete(
  network: ImportedNetwork,
  safe: "all" | "largest" | "none",
  written: boolean,
  effort: Effort,
): Work<Completed | string> {
  let { spec, demands } = network;
  if (written && demands.length > 0) {
    const prepared = prepare(makeLearnerGraph(spec), demands);
    const rules: SetRule[] = [];
    for (const rule of prepared.quorums.keys()) {
      const sets = yield* minimalQuorums(prepared, rule, WRITTEN_MAX, limited(effort, 20_000));
      if (!sets.complete) return "has too many minimal quorums to write out; use --quorums demands";
      rules.push(ruleOfSets(sets));
    }
    spec = { ...spec, quorums: prepared.quorumOf.map((rule) => rules[rule]!) };
    demands = [];
  }
  if (safe === "none") return { spec, demands, leftOut: [] };
  if (safe === "all") {
    const rule = thresholdOf(spec.acceptors.length, spec.acceptors.map((_, index) => index));
    // All safe sets are the same, so pairs with the first learner say as much as all pairs.
    const safety = spec.learners.map((_, b) => ({ a: 0, b, safe: rule }));
    return { spec: { ...spec, safety }, demands, leftOut: [] };
  }
  const derived = yield* deriveSafety(spec, effort, demands);
  if (derived.unknown.length > 0) return "has too many kinds of safe sets; use --safe all";
  const leftOut = [...derived.impossible, ...derived.leftOut]
    .map(([a, b]) => `${spec.learners[a]} with ${spec.learners[b]}`);
  return { spec: derived.spec, demands, leftOut };
}

function report(
  output: Output,
  out: string,
  { silent, unsatisfiable, absent, standsFor }: ImportedNetwork,
  { spec, demands, leftOut }: Completed,
): void {
  const { acceptors, learners } = spec;
  output.emit({
    event: "imported",
    file: out,
    acceptors: acceptors.length,
    learners: Object.fromEntries(learners.map((name, i) => [name, standsFor[i]!])),
    demands: demands.length > 0,
    leftOut: { silent, unsatisfiable, absent, pairs: leftOut },
  }, [`${out}: written`]);
  const say = (term: string, text: string) => output.say([`  ${term.padEnd(10)}${text}`]);
  const named = (names: readonly string[]) => listNames(names.toSorted(compareNames), 6);
  say("acceptors", `${acceptors.length}: ${named(acceptors)}`);
  say("learners", `${learners.length}: ${named(learners)}`);
  say(
    "quorums",
    demands.length > 0
      ? "sets that meet a learner's quorum set and that of every member (demands)"
      : "said by the learners' rules alone",
  );
  if (silent.length > 0) say("left out", `${silent.length} nodes that publish no quorum set`);
  if (unsatisfiable.length > 0) {
    say(
      "left out",
      `${unsatisfiable.length} nodes that can be in no quorum: ${named(unsatisfiable)}`,
    );
  }
  if (absent.length > 0) say("absent", `${absent.length} nodes that are named and not listed`);
  if (leftOut.length > 0) say("no promise", named(leftOut));
}
