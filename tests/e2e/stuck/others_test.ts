/**
 * More clusters that do not decide, made for real over TLS: sides without links between them, a wrong
 * pin, a starved learner.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { freePorts } from "../../../cli/demo/child.ts";
import { EXIT } from "../../../lib/wire/operator_error.ts";
import { FOUR_AND_THREE } from "../../node/starving.ts";
import { Cluster } from "../cluster.ts";
import { Proxy } from "../proxy.ts";
import { curlOnly } from "../curl_only.ts";
import { e2e, type Stage } from "../stage.ts";
import { missing } from "../tools.ts";
import { FirstSentences, lastWords, verdictText } from "./first_sentences.ts";
import { configurationsOf, starving, writeJournal } from "./histories.ts";
import { altered, NAMES, PLAN, stop } from "./scene.ts";

Deno.test(e2e(import.meta.url, "acceptors on two sides, and a pin that is wrong", async (stage) => {
  const cluster = await Cluster.make(stage, { plan: PLAN, clients: 2 });
  const sentences = new FirstSentences(stage, new URL("./sides.txt", import.meta.url));
  // Between the sides all goes over these.
  const wires = NAMES.map((_, index) => new Proxy(cluster.basePort + index));
  type Address = { name: string; port?: number; certificate: string };
  const away = (config: Record<string, unknown>, names: readonly string[]) => {
    for (const address of config.addresses as Address[]) {
      if (names.includes(address.name)) address.port = wires[NAMES.indexOf(address.name)]!.port;
    }
  };
  const files = await Promise.all(
    [...NAMES, "client_1"].map((name) =>
      altered(
        stage,
        cluster,
        name,
        (config) =>
          away(config, ["Carol", "Dave"].includes(name) ? ["Alice", "Bob"] : ["Carol", "Dave"]),
      )
    ),
  );
  const log = ["--log-level", "debug", "--volatile"];
  const all = files.slice(0, 4).map((file) => stage.start("acceptor", [...log, file]));
  await Promise.all(all.map((program) => program.logged("votes from now on")));
  for (const wire of wires) {
    wire.isDown = true;
    wire.cut();
  }
  await Promise.all(all.map((program) => program.logged("disconnected")));
  const waits = stage.start("proposer", ["--value", "x", "--timeout", "2s", files[4]!]);
  await sentences.of("acceptors on two sides", cluster, { instance: 0, waits });

  const wrong = await altered(stage, cluster, "client_0", (config) => {
    const [alice, bob, ...others] = config.addresses as Address[];
    const swapped = [{ ...alice!, certificate: bob!.certificate }, {
      ...bob!,
      certificate: alice!.certificate,
    }];
    config.addresses = [...swapped, ...others];
  });
  const pinned = stage.start("proposer", ["--value", "x", "--timeout", "2s", wrong]);
  const explain = stage.start("explain", ["--json", wrong]);
  const status = stage.start("status", ["--json", wrong]);
  await Promise.all([pinned.ended, explain.ended, status.ended]);
  await sentences.compare("a pin is wrong", {
    explain: `${explain.out.all[0]?.text}`,
    status: verdictText(status.out.all.find(({ event }) => event === "verdict")),
    waits: `${await lastWords(pinned)}`,
  });
  await Promise.all(wires.map((wire) => wire.close()));
  await sentences.close();
}, { patienceMs: 150_000 }));

/** Who has curl and nothing else, and no certificate, can tell whether an acceptor is ready. */
async function curlReady(stage: Stage, probe: string): Promise<void> {
  const only = await curlOnly(`${stage.folder}/curl_only`);
  if (typeof only === "string") return console.log(`ignored: readiness by curl alone: ${only}`);
  const url = `http://${probe}/readyz`;
  const curl = [
    "/curl",
    "--silent",
    "--fail",
    "--noproxy",
    "*",
    "--write-out",
    "%{http_code}",
    url,
  ];
  const { stdout, stderr } = await only(curl).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([text(stdout), text(stderr)], ["ok\n200", ""]);
}

/** What gRPC's stock tool says of an acceptor over mutual TLS, by nothing but reflection. */
async function grpcurlReady({ stage, cluster }: { stage: Stage; cluster: Cluster }): Promise<void> {
  const why = missing("grpcurl");
  if (why !== undefined) return console.log(`ignored: health by grpcurl: ${why}`);
  const { privateKey, addresses } = await cluster.read("client_0");
  const certificateOf = (name: string) => addresses.find((each) => each.name === name)!.certificate;
  const key = await stage.write("client.key", privateKey);
  const cert = await stage.write("client.crt", certificateOf("client_0"));
  const ca = await stage.write("alice.crt", certificateOf("Alice"));
  const run = async (...args: readonly string[]) => {
    const tls = ["-cacert", ca, "-cert", cert, "-key", key, `127.0.0.1:${cluster.basePort}`];
    const { stdout, stderr } = await new Deno.Command("grpcurl", { args: [...tls, ...args] })
      .output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  };
  const health = await run("grpc.health.v1.Health/Check");
  assertEquals(JSON.parse(health), { status: "SERVING" }, health);
  assertStringIncludes(await run("list"), "hetpaxos.v1.HetPaxosService");
  const status = await run("hetpaxos.v1.HetPaxosService/GetStatus");
  assertEquals(JSON.parse(status).name, "Alice", status);
}

Deno.test(e2e(import.meta.url, "five acceptors of which four have starved X", async (stage) => {
  const cluster = await Cluster.make(stage, { plan: FOUR_AND_THREE, clients: 2 });
  const of = await configurationsOf(cluster, FOUR_AND_THREE.acceptors);
  const sentences = new FirstSentences(stage, new URL("./five.txt", import.meta.url));
  const port = `${freePorts(1)}`;
  const all = FOUR_AND_THREE.acceptors.map((name) => {
    const dataDir = `${stage.folder}/${name}.data`;
    writeJournal(of(name), dataDir, starving(of, 0n));
    return cluster.run("acceptor", name, [
      "--data-dir",
      dataDir,
      ...name === "Alice" ? ["--probe", port] : [],
    ]);
  });
  await Promise.all(all.map((each) => each.logged("votes from now on")));
  const { probe } = await all[0]!.line(({ event }) => event === "listening", "where it listens");
  await curlReady(stage, `${probe}`);
  await grpcurlReady({ stage, cluster });
  const waits = cluster.run("proposer", "client_1", ["--value", "x"]);
  const told = await waits.line(({ event }) => event === "starved", "that a learner is starved");
  await sentences.of("a learner is starved", cluster, {
    instance: 0,
    waits: () => Promise.resolve(`${told.learner} is ${told.event}`),
  });
  await stop(waits);
  const file = cluster.file("client_0");
  const watch = stage.start("status", ["--json", "--watch", file]);
  await watch.out.until(
    (lines) => lines.filter(({ event }) => event === "verdict").length > 2 || undefined,
    "a second round",
  );
  watch.kill("SIGTERM");
  assertEquals((await watch.ended).code, EXIT.ok);
  const one = await stage.start("status", ["--text", "--acceptor", "Bob", file]).ended;
  assertStringIncludes(one.out, "link with Erin (acceptor): connected; Erin says: connected");
  await sentences.close();
}, { patienceMs: 150_000 }));
