/**
 * What an orchestrator is told without a certificate.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { METRICS } from "../../lib/process/metrics_table.ts";
import { type ProcessOptions, startAcceptor, startObserver } from "../../lib/process/process.ts";
import { encodeMessage } from "../../lib/wire/codec.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { proposal } from "../node/equivocator.ts";
import { whyNotReady } from "../../lib/process/readiness.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { missing } from "../e2e/tools.ts";
import { testUnless } from "../store/trying.ts";
import { callSolo, makeSolo } from "./solo.ts";

const ANY = { host: "127.0.0.1", port: 0 };
const QUIET = { log: () => {}, agent: "test 1", probe: ANY };

/** Runs an acceptor of a cluster of one; `get` asks its probe. */
async function probed(
  use: (get: (path: string, init?: RequestInit) => Promise<Response>) => Promise<void>,
  options: Partial<ProcessOptions> = {},
): Promise<void> {
  const [alice] = await makeSolo();
  const running = await startAcceptor({ ...QUIET, configuration: alice!, ...options });
  try {
    const { host, port } = running.probe!;
    await use((path, init) => fetch(`http://${host}:${port}${path}`, init));
  } finally {
    await running.stop();
  }
}

/** The samples of a text in Prometheus's format, by name and labels as written. */
function samples(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const [, name = "", value = ""] = /^(\S+|\S+\{.*\}) (\S+)$/.exec(line) ?? [];
    return [name, Number(value)];
  }));
}

Deno.test("a process that lives says so, one that is ready too, and nothing else is answered", async () => {
  await probed(async (get) => {
    for (const path of ["/livez", "/readyz"]) {
      const response = await get(path);
      assertEquals([response.status, await response.text()], [200, "ok\n"]);
    }
    const other = await get("/");
    assertEquals([other.status, await other.text()], [404, "/livez, /readyz or /metrics\n"]);
    const posted = await get("/livez", { method: "POST", body: "x" });
    assertEquals([posted.status, await posted.text()], [405, "GET only\n"]);
    const head = await get("/metrics", { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""]);
  });
});

Deno.test("who is not ready is told why", async () => {
  const [alice] = await makeSolo();
  const running = await startAcceptor({ ...QUIET, configuration: alice!, probe: undefined });
  const { node } = running;
  assertEquals(running.probe, undefined);
  const { graph } = node.context;
  const away = { ...node.context, self: 1, graph };
  const why = whyNotReady({
    node: { ...node, context: away, votes: false } as unknown as typeof node,
    peers: { status: () => [] },
    waitsFor: () => ["Bob", "Carol"],
  });
  assertEquals(why, [
    "does not vote yet: it waits to hear from Bob, Carol",
    "no quorum in reach: no link with Alice; Eve needs Alice",
  ]);
  await running.stop();
});

Deno.test("metrics tell what happens, and counters count it", async () => {
  const configurations = await makeSolo();
  const running = await startAcceptor({ ...QUIET, configuration: configurations[0]! });
  const { host, port } = running.probe!;
  const read = async () => {
    const response = await fetch(`http://${host}:${port}/metrics`);
    assertMatch(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    return samples(await response.text());
  };
  const before = await read();
  // What has a label for each of several may have none yet, but is announced.
  for (const { name, labels } of METRICS) {
    const has = [...before.keys()].some((key) => key.startsWith(`hetpaxos_${name}`));
    assert(has || labels !== undefined, name);
  }
  assertEquals(before.get("hetpaxos_votes"), 1);
  const value = new TextEncoder().encode("blue");
  await callSolo(
    configurations,
    (client, signal) => client.propose({ instance: 1n, value, learners: [] }, signal),
  );
  const after = await read();
  assertEquals(after.get("hetpaxos_decisions_total"), 1);
  assertEquals(after.get("hetpaxos_messages_signed_total"), 2);
  assert(after.get("process_cpu_seconds_total")! >= before.get("process_cpu_seconds_total")!);
  // Asked again, a counter is where it was.
  assertEquals((await read()).get("hetpaxos_decisions_total"), 1);
  await running.stop();
});

Deno.test("an observer answers probes too, and is ready when it reaches a quorum", async () => {
  const [alice, client] = await makeSolo();
  const options = { log: () => {}, agent: "test 1", configuration: client! };
  const learner = startObserver(options, Role.LEARNER);
  const { host, port } = await learner.openProbe(ANY);
  const ready = async () => {
    const response = await fetch(`http://${host}:${port}/readyz`);
    return [response.status, await response.text()];
  };
  assertEquals(await ready(), [
    503,
    "no quorum in reach: no link with Alice; Eve needs Alice\n",
  ]);
  const acceptor = await startAcceptor({ ...options, configuration: alice! });
  await learner.peers.connected(1);
  assertEquals(await ready(), [200, "ok\n"]);
  const metrics = await (await fetch(`http://${host}:${port}/metrics`)).text();
  assertEquals(samples(metrics).get('hetpaxos_peer_connected{peer="Alice"}'), 1);
  await learner.stop();
  await acceptor.stop();
});

Deno.test("what is refused is counted by whose it is, and what waits by its cause", async () => {
  const configurations = await makeSolo({ limits: { valueBytesMax: 4 } });
  const running = await startAcceptor({ ...QUIET, configuration: configurations[0]! });
  const { node } = running;
  const open = {
    ...configurations[1]!,
    limits: { ...configurations[1]!.limits, valueBytesMax: 9 },
  };
  const wire = proposal(open, "too long", 1_672_531_200, 3n);
  node.take(encodeMessage(wire), "client_0");
  const { host, port } = running.probe!;
  const all = samples(await (await fetch(`http://${host}:${port}/metrics`)).text());
  assertEquals(all.get('hetpaxos_refused_from_total{peer="client_0",code="TOO_LARGE"}'), 1);
  await running.stop();
});

Deno.test("a probe's address that is in use is one line, and nothing is left", async () => {
  const [alice] = await makeSolo();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const start = startAcceptor({ ...QUIET, configuration: alice!, probe: { ...ANY, port } });
  const error = await assertRejects(() => start, OperatorError, "the port is in use");
  assertEquals(error.exitStatus, EXIT.resource);
  assertMatch(error.message, new RegExp(`^--probe 127.0.0.1:${port}: `));
});

/** Names of metrics in an expression or a table. */
function named(text: string): Set<string> {
  return new Set(text.match(/\bhetpaxos_[a-z_]+/g));
}

Deno.test("rules, dashboard and manual name metrics that there are; the manual names all", async () => {
  const all = new Set(METRICS.map(({ name }) => `hetpaxos_${name}`));
  const alerts = await Deno.readTextFile(`${ROOT}/packaging/prometheus/alerts.yaml`);
  const dashboard = await Deno.readTextFile(`${ROOT}/packaging/prometheus/grafana.json`);
  const { panels } = JSON.parse(dashboard) as { panels: { targets: { expr: string }[] }[] };
  const shown = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join("\n");
  for (const text of [alerts, shown]) {
    assert(named(text).size > 3);
    assertEquals(named(text).difference(all), new Set());
  }
  const manual = await Deno.readTextFile(`${ROOT}/docs/OPERATIONS.md`);
  const table = manual.split(/^## /m).find((part) => part.startsWith("Probes and metrics"));
  assertEquals(named(table ?? ""), all);
});

async function promtool(args: readonly string[], input = ""): Promise<void> {
  const command = new Deno.Command("promtool", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert(success, said);
}

testUnless(
  missing("promtool"),
  "Prometheus's own parser takes the metrics and the rules",
  async () => {
    await promtool(["check", "rules", `${ROOT}/packaging/prometheus/alerts.yaml`]);
    await probed(async (get) => {
      await promtool(["check", "metrics"], await (await get("/metrics")).text());
    });
  },
);
