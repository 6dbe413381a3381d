/**
 * The acceptor program.
 *
 * @module
 */

import { startAcceptor } from "../../lib/runtime/process.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput } from "../output.ts";
import { printDecision, printDisagreement, printMessage } from "./printing.ts";
import {
  agentOf,
  COMMON_EXITS,
  CONFIG_POSITIONAL,
  loadFor,
  makeLogger,
  NODE_FLAGS,
  runUntilStopped,
} from "./shared.ts";

/** See the module. */
export const acceptor: Command = defineCommand({
  name: "acceptor",
  summary: "Vote: serve peers, answer proposals, sign",
  description:
    "Runs the acceptor whose private key the configuration holds. It listens on its own " +
    "address, dials all other acceptors for ever, signs at most what the protocol allows, and " +
    "serves status, decisions and proposals to every identity of the configuration. It runs " +
    "until it is stopped (SIGINT or SIGTERM).",
  flags: [
    ...NODE_FLAGS,
    {
      name: "volatile",
      kind: "boolean",
      help: "on purpose keep everything in memory: never start it again in the same cluster",
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
  const log = makeLogger(flags);
  const output = makeOutput(flags, stdout);
  const configuration = await loadFor(positionals, log);
  const { cleartext } = flags;
  const agent = agentOf("acceptor");
  const running = await startAcceptor({ configuration, log, agent, cleartext });
  const { node, address } = running;
  const { name } = configuration.self;
  if (!flags.volatile) {
    log(
      "warn",
      `everything is kept in memory: once stopped, ${name} must not ` +
        "be started again in this cluster (--volatile says that this is meant)",
    );
  }
  output.emit({ event: "listening", name, host: address!.host, port: address!.port }, [
    `${name} listens on ${address!.host}:${address!.port}`,
  ]);
  node.observe({
    disagreement: (instance, found) => printDisagreement(output, node, instance, found),
    halted: (instance) =>
      log(
        "error",
        `a message of ${name} has come that this process never sent: signing no more ` +
          `in instance ${instance}; is another process running as ${name}, or was it restarted?`,
      ),
    stepped(instance, effects) {
      if (!flags.messages) return;
      for (const effect of effects) {
        if (effect.kind !== "deliver" && effect.kind !== "send") continue;
        printMessage(output, node, instance, effect.entry);
      }
    },
  });
  return await runUntilStopped(running, async (signal) => {
    for await (const decision of node.decisions.follow(signal)) printDecision(output, decision);
    return EXIT.ok;
  });
});
