/**
 * A key-value store on the log: whoever writes appends a command, every replica carries out the same
 * commands in the same order, and one that comes late starts from a snapshot of another. One of the
 * four acceptors is stopped halfway.
 *
 * `deno run --allow-net --allow-read examples/key_value_log.ts`
 *
 * @module
 */

import {
  type Client,
  connect,
  generateConfigs,
  loadConfiguration,
  type LogCheckpoint,
  planHomogeneous,
  type ReadEntry,
  startAcceptor,
} from "@hetpaxos/hetpaxos";
import { freePorts } from "./free_ports.ts";

/** What is appended. `if` makes it conditional: then what is there must be this. */
type Command =
  | { readonly put: string; readonly value: string; readonly if?: string | null }
  | { readonly delete: string };

/** All that a replica is: what it has made of the log, and where it goes on. */
interface Snapshot {
  readonly values: readonly (readonly [key: string, value: string])[];
  readonly next: LogCheckpoint | undefined;
}

const LEARNER = "Eve";

/** A copy of the store, as the log makes it. It appends nothing. */
class Replica {
  readonly #values: Map<string, string>;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<() => void>();
  readonly #running: Promise<void>;
  #next: LogCheckpoint | undefined;

  constructor(client: Client, { values, next }: Snapshot = { values: [], next: undefined }) {
    this.#values = new Map(values);
    this.#next = next;
    this.#running = this.#follow(client);
  }

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  /** What a new replica starts from, instead of the whole log. */
  get snapshot(): Snapshot {
    return { values: [...this.#values], next: this.#next };
  }

  /** Settles when it has carried out the entry at a position: then its writer sees its own write. */
  async reached(position: number): Promise<void> {
    while ((this.#next?.position ?? 0) <= position) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #follow(client: Client): Promise<void> {
    const { signal } = this.#stopping;
    try {
      const from = this.#next ?? 0;
      for await (const entry of client.read({ learner: LEARNER, from, follow: true, signal })) {
        this.#carryOut(entry);
        this.#next = entry.resume();
        for (const resolve of this.#waiting) resolve();
        this.#waiting.clear();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Depends on nothing but the log, so every replica does the same. */
  #carryOut({ records }: ReadEntry): void {
    for (const { payload } of records) {
      const command: Command = JSON.parse(new TextDecoder().decode(payload));
      if ("delete" in command) this.#values.delete(command.delete);
      else if (command.if === undefined || command.if === (this.get(command.put) ?? null)) {
        this.#values.set(command.put, command.value);
      }
    }
  }
}

/** Appends commands in one name; numbers tell a repetition. */
class Writer {
  readonly #client: Client;
  readonly #name: string;
  #next = 1;

  constructor(client: Client, name: string) {
    this.#client = client;
    this.#name = name;
  }

  /** Where the command is in the log. */
  async write(command: Command): Promise<number> {
    const payload = new TextEncoder().encode(JSON.stringify(command));
    const record = { client: this.#name, sequence: this.#next++, payload };
    const [appended] = await this.#client.append([record], { timeoutMs: 30_000 });
    return appended!.places[0]!.position!;
  }
}

const plan = planHomogeneous(["Alice", "Bob", "Carol", "Dave"], [LEARNER], {
  byzantine: 1,
  crash: 0,
});
const files = await generateConfigs(plan, { basePort: freePorts(4), clients: 1 });
const configurations = files.map(({ name, config }) =>
  loadConfiguration(JSON.stringify({ ...config, log: { checkpointEvery: 8 } }), `${name}.json`)
);
const acceptors = await Promise.all(
  configurations.filter(({ self }) => !self.client)
    .map((configuration) => startAcceptor({ configuration })),
);
const client = connect(configurations.find(({ self }) => self.client)!, { patienceMs: 500 });

const first = new Replica(client);
const [anna, ben] = [new Writer(client, "Anna"), new Writer(client, "Ben")];
let last = 0;
for (let day = 1; day <= 10; day++) {
  const noon = anna.write({ put: "noon", value: `day ${day}` });
  const both = [noon, ben.write({ put: `day ${day}`, value: "sunny" })];
  last = Math.max(...await Promise.all(both));
  if (day === 5) await acceptors[3]!.stop();
}
await first.reached(last);
console.log(`the first replica says: noon is of ${first.get("noon")}`);

const second = new Replica(client, first.snapshot);
// Of two who want the same seat one gets it, and everybody agrees who.
const seats = [anna, ben].map((writer, i) =>
  writer.write({ put: "seat 7", value: ["Anna", "Ben"][i]!, if: null })
);
last = Math.max(...await Promise.all(seats));
await Promise.all([first.reached(last), second.reached(last)]);
const same = JSON.stringify(first.snapshot.values) === JSON.stringify(second.snapshot.values);
const taken = ["Anna", "Ben"].includes(second.get("seat 7")!);
console.log(`both replicas ${same && taken ? "agree who has seat 7" : "differ"}`);
await Promise.all([first.stop(), second.stop()]);
await client.close();
await Promise.all(acceptors.map((acceptor) => acceptor.stop()));
