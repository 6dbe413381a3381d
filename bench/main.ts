/**
 * The benchmarks: `deno task bench core`, `deno task bench start --against ../before`.
 *
 * @module
 */

import type { Flag } from "../cli/flags.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { runScript } from "../scripts/command.ts";
import { benchCluster } from "./cluster.ts";
import { benchBeside } from "./beside.ts";
import { benchAttack } from "./attack.ts";
import { benchCore } from "./core.ts";
import { benchCrypto } from "./crypto.ts";
import { benchFlat } from "./flat.ts";
import { benchGraph } from "./graph.ts";
import { benchJournal } from "./journal.ts";
import { benchLog } from "./log.ts";
import { benchMembers } from "./members.ts";
import { benchOpen } from "./open.ts";
import { benchStart } from "./start.ts";
import { benchStrangers } from "./strangers.ts";
import { benchStreams } from "./streams.ts";
import { benchWideArea } from "./wide_area.ts";

const BENCHMARKS: Readonly<Record<string, (against?: string) => void | Promise<void>>> = {
  core: benchCore,
  crypto: benchCrypto,
  graph: benchGraph,
  journal: benchJournal,
  members: benchMembers,
  start: benchStart,
  strangers: benchStrangers,
  streams: benchStreams,
  "wide-area": benchWideArea,
};

/** Those that can measure another checkout, too. */
const COMPARING = ["cluster", "graph", "members", "start", "strangers", "wide-area"];

/** Those that are told by flags what to do. */
const TOLD = ["attack", "cluster", "open", "flat", "log", "peers"];

const ALL = [...TOLD, ...Object.keys(BENCHMARKS)];
const NAMES = ALL.join(", ");

const FLAGS = [
  {
    name: "against",
    kind: "text",
    value: "REV",
    help:
      "cluster, graph, members, start, strangers, wide-area: another checkout, measured in turn; " +
      "cluster takes a revision, too",
  },
  {
    name: "rounds",
    kind: "integer",
    value: "N",
    min: 1,
    max: 99,
    default: 3,
    help: "cluster: clusters of each revision and kind",
  },
  {
    name: "in-flight",
    kind: "text",
    value: "N,…",
    default: "1,16,64,256",
    help: "cluster, peers: proposals at once; log: clients; flat takes the first",
  },
  {
    name: "acceptors",
    kind: "integer",
    value: "N",
    min: 1,
    max: 40,
    default: 4,
    help: "cluster, open: how many",
  },
  {
    name: "bytes",
    kind: "integer",
    value: "N",
    min: 8,
    max: 1 << 20,
    default: 32,
    help: "cluster, open: of each value",
  },
  {
    name: "journal",
    kind: "choice",
    value: "KIND",
    choices: ["durable", "volatile", "both"],
    default: "both",
    help: "cluster, open, flat: on disk, in memory, or one after the other",
  },
  {
    name: "seconds",
    kind: "integer",
    value: "N",
    min: 1,
    max: 3_600,
    default: 5,
    help: "attack, cluster, log, open: how long each loop, or rate, lasts, about",
  },
  {
    name: "decisions",
    kind: "integer",
    value: "N",
    min: 100,
    max: 1_000_000,
    default: 20_000,
    help: "flat: how many; the first tenth and the last are compared",
  },
  { name: "svg", kind: "text", value: "FILE", help: "cluster, open, flat: where a picture goes" },
  {
    name: "proposers",
    kind: "integer",
    value: "N",
    min: 1,
    max: 40,
    default: 1,
    help: "cluster: acceptors asked to propose in each instance, at once, each a value of its own",
  },
  { name: "one-down", kind: "boolean", help: "cluster: one acceptor is never started" },
  { name: "json", kind: "text", value: "FILE", help: "cluster: where the figures go" },
] as const satisfies readonly Flag[];

await runScript({
  name: "deno task bench",
  summary: "run the benchmarks",
  description:
    "Runs the benchmarks named, or all: how fast a cluster decides (cluster), at a rate of " +
    "proposals (open), under attack by a member and a client (attack), after many others (flat), " +
    "beside others (peers); how many records go into the log (log); how fast messages are judged " +
    "(core), named and signed (crypto), the journal takes them (journal), an acceptor begins to " +
    "listen (start); " +
    "what members that do not read (members), and connections that come to nothing (strangers), " +
    "cost it; what a small message costs on a link and on what is under it (streams); how long a " +
    "decision takes when members are far apart (wide-area).",
  flags: FLAGS,
  positionals: [{ name: "NAME", help: NAMES, optional: true, many: true }],
  examples: [
    { args: "core journal", does: "Two of them." },
    { args: "start --against ../before", does: "What a change did to the start of an acceptor." },
    { args: "flat --in-flight 64 --decisions 20000", does: "Whether late decisions are dear." },
    { args: "cluster --against HEAD~1", does: "What the last commit did to a decision." },
  ],
  exits: [{ status: EXIT.usage, means: "there is no such benchmark, or checkout" }],
}, async ({ flags, positionals }) => {
  const names = positionals.length === 0 ? ALL : positionals;
  const unknown = names.find((name) => !ALL.includes(name));
  if (unknown !== undefined) {
    throw new OperatorError(EXIT.usage, `no such benchmark: there are ${NAMES}`, unknown);
  }
  if (flags.against !== undefined && !names.some((name) => COMPARING.includes(name))) {
    throw new OperatorError(EXIT.usage, `goes with ${COMPARING.join(", ")} only`, "--against");
  }
  for (const name of names.filter((each) => !TOLD.includes(each))) {
    await BENCHMARKS[name]!(flags.against);
  }
  const inFlight = flags["in-flight"].split(",").map(Number);
  if (!inFlight.every((each) => Number.isInteger(each) && each > 0)) {
    throw new OperatorError(EXIT.usage, "is no list of whole numbers", "--in-flight");
  }
  const { against, rounds, acceptors, bytes, journal, seconds, decisions, proposers, json, svg } =
    flags;
  if (proposers > acceptors) {
    throw new OperatorError(EXIT.usage, `is more than ${acceptors} acceptors`, "--proposers");
  }
  const kinds = journal === "both" ? ["durable", "volatile"] : [journal];
  const [kind] = kinds as [string];
  if (names.includes("open")) {
    await benchOpen({ acceptors, valueBytes: bytes, kind, seconds, svg });
  }
  if (names.includes("attack")) await benchAttack(seconds, inFlight[0]!);
  if (names.includes("flat")) await benchFlat({ decisions, inFlight: inFlight[0]!, kind, svg });
  if (names.includes("log")) await benchLog(seconds, inFlight);
  if (names.includes("peers")) await benchBeside(inFlight);
  if (!names.includes("cluster")) return EXIT.ok;
  return await benchCluster({
    ...{ against, rounds, acceptors, inFlight, seconds, proposers, json, svg, kinds },
    valueBytes: bytes,
    oneDown: flags["one-down"],
  });
});
