/**
 * The acceptor program.
 *
 * @module
 */

import { followDecisions } from "../../lib/process/follow.ts";
import { openJournal } from "../../lib/process/open_journal.ts";
import { sayWhy } from "./why.ts";
import { startAcceptor } from "../../lib/process/process.ts";
import { formatHostPort } from "../../lib/config/addresses.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { listenForStop } from "../stop_signals.ts";
import { printDecision, printObserved } from "./printing.ts";
import {
  agentOf,
  COMMON_EXITS,
  CONFIG_POSITIONAL,
  DATA_DIR_FLAG,
  loadFor,
  NODE_FLAGS,
  openTrace,
  runUntilStopped,
  unlessStopped,
} from "./shared.ts";
import { PROBE_FLAG, probeAt } from "./probe.ts";
import { openStreams } from "./streams.ts";

/** Runs an acceptor until it is stopped. */
export const acceptor: Command = defineCommand({
  name: "acceptor",
  summary: "Vote: serve peers, answer proposals, sign",
  description:
    "Runs the acceptor whose private key the configuration holds. It listens on its own " +
    "address, dials all other acceptors for ever, signs at most what the protocol allows, and " +
    "serves status, decisions and proposals to every identity of the configuration. It prints " +
    "what is decided from now on, and runs until it is stopped (SIGINT or SIGTERM).",
  flags: [
    ...NODE_FLAGS,
    DATA_DIR_FLAG,
    PROBE_FLAG,
    {
      name: "volatile",
      kind: "boolean",
      excludes: ["data-dir"],
      help: "on purpose keep everything in memory: it is forgotten when the program stops",
    },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "alice.json", does: "run the acceptor that alice.json configures" },
    { args: "--log-level info alice.json", does: "and say who connects" },
  ],
  exits: [
    { status: EXIT.ok, means: "stopped by a signal" },
    ...COMMON_EXITS,
    { status: EXIT.identityInUse, means: "another process runs as this acceptor" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const streams = openStreams(flags, stdout, "goes on");
  const { log, output } = streams;
  const configuration = await loadFor(positionals, log);
  const { cleartext } = flags;
  const agent = agentOf("acceptor");
  const probe = probeAt(flags.probe);
  const dataDir = flags.volatile ? undefined : flags["data-dir"] ?? configuration.dataDir;
  const journal = dataDir === undefined ? undefined : openJournal(configuration, dataDir);
  const known = journal?.decisionCount ?? 0;
  const trace = openTrace(flags.trace, log);
  const stopping = listenForStop();
  const options = { configuration, log, agent, cleartext, journal, trace, probe, sayWhy };
  const running = await unlessStopped(stopping, startAcceptor(options));
  if (running === undefined) return EXIT.ok;
  const { node, address } = running;
  const { name } = configuration.self;
  if (dataDir === undefined && !flags.volatile) {
    log(
      "warn",
      `${name} keeps everything in memory and forgets it when it stops: give --data-dir, or ` +
        "--volatile if that is meant",
    );
  }
  const { host, port } = address!;
  const volatile = dataDir === undefined;
  const probed = running.probe === undefined ? undefined : formatHostPort(running.probe);
  output.emit({ event: "listening", name, host, port, volatile, probe: probed }, [
    `${name} listens on ${formatHostPort({ host, port })}`,
    probed === undefined ? "" : `, for probes on ${probed}`,
    volatile ? "; IT FORGETS EVERYTHING WHEN IT STOPS" : "",
  ]);
  printObserved(output, node, () => flags.messages);
  node.observe({
    estranged: (instance, _, forked) =>
      log(
        "error",
        `a message of ${name} has come that this process does not know: signing no more in ` +
          `instance ${instance}${forked ? ", ever, for it contradicts what was sent" : ""}; ` +
          `is another process running as ${name}?`,
      ),
  });
  return await runUntilStopped(running, stopping, streams, async (signal) => {
    for await (const decision of followDecisions(node.decisions, signal, known)) {
      await streams.room();
      printDecision(output, decision);
    }
    return EXIT.ok;
  });
});
