/**
 * How long a decision takes when members are far apart: a wire that delays lies between each two.
 *
 * @module
 */

import { loadConfiguration } from "../lib/config/configuration.ts";
import type { ConfigFileJson } from "../lib/config/generate.ts";
import type { AcceptorClient } from "../lib/net/client.ts";
import { connectToAcceptor } from "../lib/net/acceptor_client.ts";
import { type Cluster, FOUR } from "../tests/e2e/cluster.ts";
import { Durable } from "../tests/e2e/durable.ts";
import type { Launcher } from "../tests/e2e/program.ts";
import { median } from "../tests/e2e/memory.ts";
import { Stage } from "../tests/e2e/stage.ts";
import { checkoutsOf, fromCheckout } from "./checkouts.ts";
import { DelayingWire } from "./delaying_wire.ts";

/** One way, in milliseconds. */
const DELAYS_MS = [30, 100, 200];

/** Bytes of a value, and decisions measured. */
const SIZES = [[32, 9], [200_000, 7], [1_000_000, 7]] as const;

const HEAD =
  "one way     value       p50       max  delays  failed  links lost  a decision  checkout";

/**
 * A proposer that begins another ballot before the first can have come to an end measures its
 * patience, not the wires: they are told to wait longer than five delays.
 */
const PROPOSER = { backoffMsMin: 2_000, backoffMsMax: 20_000 };

/** Decided before: a process is slow at first. */
const WARM_UP = 4;

interface Figures {
  readonly p50Ms: number;
  readonly maxMs: number;
  readonly failed: number;
}

/** What has happened between members so far. */
interface Between {
  readonly linksLost: number;
  readonly bytes: number;
}

/**
 * Prints the table.
 *
 * @param against Another checkout, to be measured before this one.
 */
export async function benchWideArea(against: string | undefined): Promise<void> {
  console.log(HEAD);
  for (const delayMs of DELAYS_MS) {
    for (const checkout of checkoutsOf(against)) {
      await onWires(delayMs, fromCheckout(checkout), async (client, between) => {
        for (const [bytes, count] of SIZES) {
          const before = between();
          const { p50Ms, maxMs, failed } = await decide(client, bytes, count);
          const after = between();
          console.log([
            `${delayMs} ms`.padStart(7),
            `${bytes} B`.padStart(9),
            `${p50Ms.toFixed(0)} ms`.padStart(9),
            `${maxMs.toFixed(0)} ms`.padStart(9),
            (p50Ms / delayMs).toFixed(2).padStart(7),
            String(failed).padStart(7),
            String(after.linksLost - before.linksLost).padStart(11),
            `${((after.bytes - before.bytes) / 1e6 / (count + WARM_UP)).toFixed(3)} MB`.padStart(
              10,
            ),
            ` ${checkout}`,
          ].join(" "));
        }
      });
    }
  }
}

let next = 0n;

/** From the call to its answer, by one acceptor beside the caller: what it has decided itself. */
async function decide(client: AcceptorClient, bytes: number, count: number): Promise<Figures> {
  const tooks: number[] = [];
  let failed = 0;
  for (let n = 0; n < count + WARM_UP; n++) {
    const value = crypto.getRandomValues(new Uint8Array(32));
    const whole = new Uint8Array(bytes);
    whole.set(value.subarray(0, bytes));
    const startMs = performance.now();
    try {
      await client.propose({ instance: next++, value: whole }, AbortSignal.timeout(60_000));
    } catch {
      failed++;
    }
    if (n >= WARM_UP) tooks.push(performance.now() - startMs);
  }
  return { p50Ms: median(tooks), maxMs: Math.max(...tooks), failed };
}

/** A cluster, a client beside its first acceptor, and how many links have been lost so far. */
async function onWires(
  delayMs: number,
  launcher: Launcher,
  use: (client: AcceptorClient, between: () => Between) => Promise<void>,
): Promise<void> {
  const wires: DelayingWire[] = [];
  try {
    await Stage.use(async (stage) => {
      const durable = await Durable.make(stage, {
        settings: { network: { reconnectMsMin: 100, reconnectMsMax: 1_000 }, proposer: PROPOSER },
        alter: behind(wires, delayMs),
      }, true);
      durable.launcher = launcher;
      await durable.startAll();
      const client = await clientOf(durable.cluster);
      const linksLost = () =>
        durable.names.flatMap((name) => durable.program(name).err.text.split("\n"))
          .filter((line) => line.includes(" disconnected: ") && !line.includes("another link"))
          .length;
      const bytes = () => wires.reduce((sum, wire) => sum + wire.bytes, 0);
      await use(client, () => ({ linksLost: linksLost(), bytes: bytes() }));
      client.close();
    }, 600_000);
  } finally {
    for (const wire of wires) await wire.close();
  }
}

/** Acceptors listen where they did, and dial each other over wires; clients are beside them. */
function behind(wires: DelayingWire[], delayMs: number) {
  let made = 0;
  return (config: ConfigFileJson): ConfigFileJson => {
    const index = made++;
    const { addresses } = config;
    const ports = addresses.flatMap((address) => "port" in address ? [address.port] : []);
    if (wires.length === 0) {
      for (const port of ports) wires.push(new DelayingWire(port, delayMs));
    }
    if (index >= FOUR.acceptors.length) return config;
    return {
      ...config,
      listen: `127.0.0.1:${ports[index]}`,
      addresses: addresses.map((address) =>
        "port" in address ? { ...address, port: wires[ports.indexOf(address.port)]!.port } : address
      ),
    } as ConfigFileJson;
  };
}

async function clientOf(cluster: Cluster): Promise<AcceptorClient> {
  const file = cluster.file("client_0");
  const configuration = loadConfiguration(await Deno.readTextFile(file), file);
  return connectToAcceptor(configuration, configuration.acceptors[0]!);
}
