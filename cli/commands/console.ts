/**
 * The console: a page for a browser on this machine.
 *
 * @module
 */

import { connect } from "../../lib/client/client.ts";
import { startObserver } from "../../lib/process/process.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { InstanceLines } from "../console/instance_lines.ts";
import { liveSource } from "../console/live.ts";
import { readPage } from "../console/page.ts";
import { type ConsoleSource, serveConsole } from "../console/server.ts";
import { OUTPUT_FLAGS } from "../output.ts";
import { listenForStop, type Stopping } from "../stop_signals.ts";
import {
  agentOf,
  COMMON_EXITS,
  CONFIG_POSITIONAL,
  loadFor,
  LOG_FLAGS,
  runUntilStopped,
} from "./shared.ts";
import { openStreams, type Streams } from "./streams.ts";

/** Serves a page until it is stopped. */
export const console: Command = defineCommand({
  name: "console",
  summary: "See trust, votes and reasons in a browser",
  description:
    "Serves a page for a browser on this machine, at an address that it prints and nobody can " +
    "guess: how the acceptors are and what each learner waits for, the messages of an instance step " +
    "by step, and what becomes of agreement if some acceptors are down or lie. Of a cluster it takes " +
    "in and checks all messages, as a learner does, and can propose; a recording or a demonstration " +
    "needs no cluster. Whoever knows the address may look and propose.",
  flags: [
    ...OUTPUT_FLAGS,
    ...LOG_FLAGS,
    {
      name: "trace",
      kind: "text",
      value: "FILE",
      offers: "file",
      excludes: ["demo"],
      help: "show this recording instead of a cluster",
    },
    { name: "demo", kind: "boolean", help: "show three small clusters that the page makes itself" },
    {
      name: "port",
      kind: "integer",
      value: "PORT",
      min: 0,
      max: 65_535,
      default: 0,
      help: "listen on this port of 127.0.0.1; 0 is one that is free",
    },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "client.json", does: "look at a cluster as that client" },
    { args: "--trace alice.trace", does: "look at what Alice recorded" },
    { args: "--demo", does: "understand Heterogeneous Paxos in five minutes" },
  ],
  exits: [{ status: EXIT.ok, means: "stopped by a signal" }, ...COMMON_EXITS],
}, async ({ flags, positionals, stdout }) => {
  const streams = openStreams(flags, stdout, "goes on");
  const stopping = listenForStop();
  try {
    if (flags.demo || flags.trace !== undefined) {
      if (positionals.length > 0) {
        const what = "there is no cluster to look at: leave CONFIG out";
        throw new OperatorError(EXIT.usage, what, flags.demo ? "--demo" : "--trace");
      }
      const source = flags.trace === undefined ? DEMO : recorded(flags.trace);
      return await serveUntilStopped(source, flags.port, streams, stopping.signal);
    }
    return await lookAtCluster(positionals, flags.port, streams, stopping);
  } finally {
    stopping.release();
  }
});

const DEMO: ConsoleSource = {
  boot: { mode: "demo", title: "three small clusters, made in this page" },
};

/** A recording, read anew for every page. @throws OperatorError if it cannot be read now. */
function recorded(file: string): ConsoleSource {
  const open = () => {
    try {
      return Deno.openSync(file);
    } catch (error) {
      const why = error instanceof Deno.errors.NotFound ? "does not exist" : "cannot be read";
      throw new OperatorError(EXIT.resource, why, file);
    }
  };
  open().close();
  return { boot: { mode: "trace", title: file }, trace: () => open().readable };
}

async function lookAtCluster(
  positionals: readonly string[],
  port: number,
  streams: Streams,
  stopping: Stopping,
): Promise<number> {
  const { log } = streams;
  const configuration = await loadFor(positionals, log);
  const lines = new InstanceLines();
  const trace = { write: (line: string) => lines.write(line), close() {} };
  const options = { configuration, log, agent: agentOf("console"), trace };
  const running = startObserver(options, Role.LEARNER);
  return await runUntilStopped(running, stopping, streams, async (signal) => {
    await using client = connect(configuration);
    const source = liveSource({ configuration, running, client, lines }, signal);
    return await serveUntilStopped(source, port, streams, signal);
  });
}

async function serveUntilStopped(
  source: ConsoleSource,
  port: number,
  { output }: Streams,
  signal: AbortSignal,
): Promise<number> {
  const served = await serveConsole(source, readPage(), port);
  try {
    output.emit({ event: "console", url: served.url }, ["open ", {
      paint: "bold",
      text: served.url,
    }]);
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    }
    return EXIT.ok;
  } finally {
    await served.close();
  }
}
