/**
 * A cluster in a folder: configuration files, and Alice's journal in which Carol and Dave are caught.
 *
 * @module
 */

import { evidence } from "../../cli/commands/evidence.ts";
import { explainFailure } from "../../cli/exit.ts";
import { type Configuration, loadConfiguration } from "../../lib/config/configuration.ts";
import { openJournal } from "../../lib/process/open_journal.ts";
import { MemorySink } from "../cli_args/memory_sink.ts";
import { filesOf, fork, takeIn } from "../node/equivocator.ts";

/** The highest instance there is: Carol equivocated in it. */
export const LAST = 2n ** 64n - 1n;

/** What a command did. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** See the module. */
export interface Stage {
  readonly folder: string;
  /** Path of an identity's configuration file. */
  file(name: string): string;
  /** What is in it. */
  configuration(name: string): Configuration;
  /** Runs `hetpaxos evidence` in this process. */
  run(...args: readonly string[]): Promise<Outcome>;
  /** Writes a file; returns its path. */
  write(name: string, content: string | Uint8Array): Promise<string>;
}

const files = await filesOf();

/** Sets everything up, calls, and clears everything away. */
export async function onStage(body: (stage: Stage) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_evidence_" });
  const write = async (name: string, content: string | Uint8Array) => {
    const path = `${folder}/${name}`;
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(path, bytes, { mode: 0o600 });
    return path;
  };
  try {
    for (const [name, config] of files) {
      const dataDir = name === "client_0" ? {} : { dataDir: `${name}_data` };
      await write(`${name}.json`, JSON.stringify({ ...config, ...dataDir }));
    }
    const file = (name: string) => `${folder}/${name}.json`;
    const configuration = (name: string) =>
      loadConfiguration(Deno.readTextFileSync(file(name)), file(name));
    fillJournal(configuration);
    await body({ folder, file, configuration, run, write });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function fillJournal(configuration: Stage["configuration"]): void {
  const alice = configuration("Alice");
  const journal = openJournal(alice, alice.dataDir!);
  try {
    for (const [name, instance] of [["Dave", 1n], ["Carol", LAST]] as const) {
      const { proposals, answers } = fork(configuration(name), instance);
      takeIn(alice, journal, [...proposals, ...answers]);
    }
  } finally {
    journal.close();
  }
}

/** Runs `hetpaxos evidence` in this process. */
async function run(...args: readonly string[]): Promise<Outcome> {
  const out = new MemorySink();
  try {
    return { status: await evidence.run("evidence", args, out), out: out.text, err: "" };
  } catch (error) {
    const { status, words } = explainFailure("evidence", error);
    return { status, out: out.text, err: words };
  }
}
