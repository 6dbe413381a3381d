/**
 * A cluster of one acceptor, in this process, with all that is around it: it decides by itself.
 *
 * @module
 */

import { freePorts } from "../../cli/demo/child.ts";
import { planHomogeneous } from "../../lib/config/cluster_plan.ts";
import { type Configuration, loadConfiguration } from "../../lib/config/configuration.ts";
import { generateConfigs } from "../../lib/config/generate.ts";
import type { AcceptorClient } from "../../lib/net/client.ts";
import { connectToAcceptor } from "../../lib/net/acceptor_client.ts";
import type { Journal } from "../../lib/store/journal.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";

/** A journal of which one method fails once it is told to, and that counts what it keeps. */
export class FaultyJournal {
  /** What it is: hand this in. */
  readonly journal: Journal;
  /** The method that fails from now on. */
  fails: keyof Journal | undefined;
  /** Messages kept. */
  kept = 0;
  closed = 0;

  constructor(fault: () => Error = () => new TypeError("oops")) {
    this.journal = new Proxy(openMemoryJournal(), {
      get: (journal, name: keyof Journal) => {
        const member = journal[name];
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          if (name === this.fails) throw fault();
          if (name === "close") this.closed++;
          if (name === "commit") this.kept += (args[0] as { messages: unknown[] }).messages.length;
          return Reflect.apply(member, journal, args);
        };
      },
    });
  }
}

/** The acceptor, and a client; with `settings` in both files. */
export async function makeSolo(
  settings: Readonly<Record<string, unknown>> = {},
): Promise<readonly Configuration[]> {
  const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
  const files = await generateConfigs(plan, {
    hosts: ["127.0.0.1"],
    basePort: freePorts(1),
    clients: 1,
    keyKind: "ed25519",
    rules: undefined,
  });
  return files.map(({ name, config }) =>
    loadConfiguration(JSON.stringify({ ...config, ...settings }), `${name}.json`)
  );
}

/** Calls the acceptor as the client; the connection is closed when `use` is done. */
export async function callSolo<T>(
  [alice, client]: readonly Configuration[],
  use: (client: AcceptorClient, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const connection = connectToAcceptor(client!, alice!.self);
  const over = new AbortController();
  try {
    return await use(connection, over.signal);
  } finally {
    over.abort();
    connection.close();
  }
}
