/**
 * What a member costs an acceptor that has it keep things: its memory, while it lasts.
 *
 * @module
 */

import { loadConfiguration } from "../lib/config/configuration.ts";
import { connectToAcceptor } from "../lib/net/acceptor_client.ts";
import { ROOT } from "../scripts/lint/paths.ts";
import { Cluster } from "../tests/e2e/cluster.ts";
import { meanwhile, megabytes, residentBytes } from "../tests/e2e/memory.ts";
import { Stage } from "../tests/e2e/stage.ts";
import { checkoutsOf, fromCheckout } from "./checkouts.ts";

/** Decided before, and how large each. */
const DECISIONS = 20;
const VALUE_BYTES = 300_000;

const SECONDS = 15;

/** Bytes before, at most, after; instances decided meanwhile, and calls that failed. */
type Figures = [number, number, number, number, number];

/**
 * Prints the table.
 *
 * @param against Another checkout, to be measured before this one.
 */
export async function benchMembers(against: string | undefined): Promise<void> {
  console.log("member  memory before    at most      after  decided meanwhile  checkout");
  for (const kind of ["watch", "hello"]) {
    for (const checkout of checkoutsOf(against)) {
      const [before, most, after, decided, failed] = await measure(kind, checkout);
      console.log([
        kind.padEnd(6),
        megabytes(before).padStart(14),
        megabytes(most).padStart(10),
        megabytes(after).padStart(10),
        `${decided} of ${decided + failed}`.padStart(18),
        ` ${checkout}`,
      ].join(" "));
    }
  }
}

async function measure(kind: string, checkout: string): Promise<Figures> {
  let figures: Figures | undefined;
  await Stage.use(async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 2, launcher: fromCheckout(checkout) });
    const programs = await cluster.acceptors();
    const file = cluster.file("client_0");
    const configuration = loadConfiguration(await Deno.readTextFile(file), file);
    const client = connectToAcceptor(configuration, configuration.acceptors[0]!);
    const over = new AbortController();
    let next = 0n;
    const propose = async (bytes: number) => {
      const instance = next++;
      const value = new Uint8Array(bytes).fill(Number(instance % 251n) + 1);
      await client.propose({ instance, value }, over.signal);
    };
    for (let i = 0; i < DECISIONS; i++) await propose(VALUE_BYTES);
    const { pid } = programs.get("Alice")!;
    const before = residentBytes(pid);
    let most = before;
    const glutton = stage.start(
      "acceptor",
      [cluster.file("client_1"), "Alice", kind, String(SECONDS)],
      {
        launcher: () => [
          ...[Deno.execPath(), "run", "-A", "--quiet", "--no-check"],
          `${ROOT}/tests/e2e/glutton.ts`,
        ],
      },
    );
    let isOver = false;
    const ended = glutton.ended.then(({ err, code }) => {
      isOver = true;
      if (code !== 0) throw new Error(err);
    });
    let [decided, failed] = [0, 0];
    const load = (async () => {
      while (!isOver) {
        await propose(1_000).then(() => decided++, () => failed++);
      }
    })();
    await meanwhile(ended, 100, () => most = Math.max(most, residentBytes(pid)));
    await load;
    client.close();
    figures = [before, most, residentBytes(pid), decided, failed];
  }, 120_000);
  return figures!;
}
