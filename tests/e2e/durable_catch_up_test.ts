/**
 * A learner and an acceptor that come when 2,000 instances have been decided without them get all
 * of it, each message once, while the cluster goes on.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { isRejection } from "../../lib/core/rejection.ts";
import { makeVerifier } from "../../lib/crypto/verify.ts";
import { type Configuration, loadConfiguration } from "../../lib/config/configuration.ts";
import { followDecisions } from "../../lib/process/follow.ts";
import { openJournal } from "../../lib/process/open_journal.ts";
import { type RunningProcess, startAcceptor, startObserver } from "../../lib/process/process.ts";
import { decodeMessage } from "../../lib/wire/codec.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { Durable } from "./durable.ts";
import { type Decided, Load, tellsOf } from "./load.ts";
import { Proxy } from "./proxy.ts";
import { e2e, type Stage } from "./stage.ts";

const INSTANCES = Number(Deno.env.get("HETPAXOS_CATCH_UP_INSTANCES") ?? 2_000);

/** What goes on meanwhile is in instances from here on. */
const MEANWHILE = 1_000_000;

/** What a node was sent: of the instances before {@linkcode MEANWHILE}, and of the others. */
interface Counts {
  readonly backlog: { messages: number; repeated: number };
  readonly meanwhile: { messages: number; repeated: number };
}

/** Counts the messages that a node is handed, and those that it knows by then. */
function countMessages({ node }: RunningProcess, configuration: Configuration): Counts {
  const counts = {
    backlog: { messages: 0, repeated: 0 },
    meanwhile: { messages: 0, repeated: 0 },
  };
  const verifier = makeVerifier(configuration);
  const take = node.take.bind(node);
  const seen = new Set<string>();
  node.take = (message, ...rest) => {
    const wire = decodeMessage(message, configuration.limits);
    assert(!isRejection(wire));
    const id = verifier.identify(wire);
    const count = wire.instance < BigInt(MEANWHILE) ? counts.backlog : counts.meanwhile;
    count.messages++;
    // One whose value was missing at first comes once more, with it.
    if (seen.has(id) || node.ledger.has({ instance: wire.instance, id })) count.repeated++;
    seen.add(id);
    return take(message, ...rest);
  };
  return counts;
}

/** Waits until a node has the decisions expected. */
async function knowsAll({ node }: RunningProcess, expected: Decided): Promise<void> {
  const missing = new Set(expected.keys());
  for await (
    const { instance, ballot } of followDecisions(node.decisions, new AbortController().signal)
  ) {
    if (missing.delete(instance)) assertEquals(ballot.valueHash, expected.get(instance));
    if (missing.size === 0) break;
  }
}

/** A client's configuration that reaches the acceptors over wires that count. */
async function overProxies(durable: Durable, stage: Stage, name: string) {
  const config = await durable.cluster.read(name);
  const proxies: Proxy[] = [];
  const addresses = config.addresses.map((address) => {
    if (!("port" in address)) return address;
    const proxy = new Proxy(address.port);
    proxies.push(proxy);
    return { ...address, port: proxy.port };
  });
  const file = await stage.write("counted.json", JSON.stringify({ ...config, addresses }));
  return { configuration: loadConfiguration(await Deno.readTextFile(file), file), proxies };
}

function report(who: string, counts: Counts, ms: number, bytes: string): void {
  const { backlog, meanwhile } = counts;
  const perSecond = Math.round(backlog.messages * 1000 / ms).toLocaleString("en");
  console.log(
    `${who}: ${backlog.messages} messages in ${Math.round(ms)} ms (${perSecond} a second), ` +
      `${bytes}; ${backlog.repeated} of them repeated; meanwhile ${meanwhile.messages} new ` +
      `messages, ${meanwhile.repeated} repeated`,
  );
}

const silent = { log: () => {}, agent: "test" };

async function learnerCatchesUp(durable: Durable, stage: Stage, decided: Decided): Promise<void> {
  const { configuration, proxies } = await overProxies(durable, stage, "client_2");
  const startMs = performance.now();
  const learner = startObserver({ configuration, ...silent }, Role.LEARNER);
  const counts = countMessages(learner, configuration);
  await knowsAll(learner, decided);
  const ms = performance.now() - startMs;
  const bytes = proxies.reduce((sum, { bytesDown }) => sum + bytesDown, 0);
  report("a learner", counts, ms, `${(bytes / 1e6).toFixed(2)} MB down`);
  await learner.stop();
  await Promise.all(proxies.map((proxy) => proxy.close()));
  assertFetchedOnce(counts);
}

async function acceptorCatchesUp(durable: Durable, decided: Decided): Promise<void> {
  const file = durable.cluster.file("Dave");
  const configuration = loadConfiguration(await Deno.readTextFile(file), file);
  const journal = openJournal(configuration, durable.dataDir("Dave"));
  const startMs = performance.now();
  const dave = await startAcceptor({ configuration, ...silent, journal });
  const counts = countMessages(dave, configuration);
  try {
    await knowsAll(dave, decided);
    const ms = performance.now() - startMs;
    await tellsOf(durable, "Dave", decided);
    const sizes = await Promise.all(
      ["journal.sqlite", "journal.sqlite-wal"].map((name) =>
        Deno.stat(`${durable.dataDir("Dave")}/${name}`)
      ),
    );
    const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
    report("an acceptor", counts, ms, `${(bytes / 1e6).toFixed(2)} MB of journal`);
    assertEquals(dave.node.ledger.journal.evidence(), []);
    assertFetchedOnce(counts);
  } finally {
    await dave.stop();
  }
}

Deno.test(e2e(
  import.meta.url,
  `who comes after ${INSTANCES} decisions gets each message once, while the cluster goes on`,
  async (stage) => {
    const durable = await Durable.make(stage);
    const present = ["Alice", "Bob", "Carol"];
    for (const name of present) durable.start(name);
    await Promise.all(present.map((name) => durable.votes(name)));
    const startMs = performance.now();
    const first = await Load.start(durable, { to: present, concurrency: 12 });
    await first.more(INSTANCES);
    const decided = await first.stop();
    const seconds = (performance.now() - startMs) / 1000;
    console.log(`${decided.size} decisions in ${seconds.toFixed(1)} s`);
    const load = await Load.start(durable, { to: present, concurrency: 1, from: MEANWHILE });
    await load.more(1);
    await learnerCatchesUp(durable, stage, decided);
    const before = load.decided.size;
    await acceptorCatchesUp(durable, decided);
    assertGreater(load.decided.size, before, "the cluster went on");
    await load.stop();
    await durable.assertNobodyCaught(present);
  },
  { patienceMs: 90 * Math.max(INSTANCES, 2_000) },
));

/**
 * Of what was there before, each message is fetched from one peer. A new one may cross the word that
 * it has come from elsewhere, the more often the busier the machine is: that is only counted here.
 * That nobody is sent what they have shown to have, tests/node/traffic_property_test.ts asserts.
 */
function assertFetchedOnce({ backlog }: Counts): void {
  assertLessOrEqual(backlog.repeated, backlog.messages / 1_000, "repeated of the backlog");
}
