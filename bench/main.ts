/**
 * The benchmarks: `deno task bench core`, `deno task bench start --against ../before`.
 *
 * @module
 */

import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { runScript } from "../scripts/command.ts";
import { benchCluster } from "./cluster.ts";
import { benchCore } from "./core.ts";
import { benchJournal } from "./journal.ts";
import { benchMembers } from "./members.ts";
import { benchStart } from "./start.ts";
import { benchStrangers } from "./strangers.ts";

const BENCHMARKS: Readonly<Record<string, (against?: string) => void | Promise<void>>> = {
  cluster: benchCluster,
  core: benchCore,
  journal: benchJournal,
  members: benchMembers,
  start: benchStart,
  strangers: benchStrangers,
};

/** Those that can measure another checkout, too. */
const COMPARING = ["members", "start", "strangers"];

const NAMES = Object.keys(BENCHMARKS).join(", ");

await runScript({
  name: "deno task bench",
  summary: "run the benchmarks",
  description:
    "Runs the benchmarks named, or all: how fast a cluster decides (cluster), messages " +
    "are judged (core), the journal takes them (journal), an acceptor begins to listen (start); " +
    "what members that do not read (members), and connections that come to nothing (strangers), " +
    "cost it.",
  flags: [{
    name: "against",
    kind: "text",
    value: "DIR",
    help: "members, start, strangers: another checkout, measured in turn with this one",
  }],
  positionals: [{ name: "NAME", help: NAMES, optional: true, many: true }],
  examples: [
    { args: "core journal", does: "Two of them." },
    { args: "start --against ../before", does: "What a change did to the start of an acceptor." },
  ],
  exits: [{ status: EXIT.usage, means: "there is no such benchmark, or checkout" }],
}, async ({ flags, positionals }) => {
  const names = positionals.length === 0 ? Object.keys(BENCHMARKS) : positionals;
  const unknown = names.find((name) => !Object.hasOwn(BENCHMARKS, name));
  if (unknown !== undefined) {
    throw new OperatorError(EXIT.usage, `no such benchmark: there are ${NAMES}`, unknown);
  }
  if (flags.against !== undefined && !names.some((name) => COMPARING.includes(name))) {
    throw new OperatorError(EXIT.usage, `goes with ${COMPARING.join(", ")} only`, "--against");
  }
  for (const name of names) await BENCHMARKS[name]!(flags.against);
  return EXIT.ok;
});
