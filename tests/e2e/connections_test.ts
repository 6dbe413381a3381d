/**
 * More processes of one identity than it may have connections.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { framed, send } from "../net/raw_call.ts";
import { e2e } from "./stage.ts";

Deno.test(e2e(
  import.meta.url,
  "the process of an identity that is one too many is told why, on both sides",
  async (stage) => {
    const limits = { connectionsPerIdentityMax: 2 };
    const cluster = await Cluster.make(stage, { clients: 2, settings: { limits } });
    const acceptors = await cluster.acceptors();
    const learn = () => cluster.run("learner", "client_0", ["--all"]);
    const admitted = [learn(), learn()];
    for (const name of cluster.plan.acceptors) {
      await Promise.all(admitted.map((learner) => learner.logged(`${name} connected`)));
    }
    const surplus = learn();
    const words = "client_0 has 2 connections here, and may have no more " +
      "(connectionsPerIdentityMax); stop another of its processes, or use another identity";
    for (const [name, acceptor] of acceptors) {
      const line = await surplus.logged(`no link to ${name}: refused: `);
      assertEquals([line.level, line.message], ["warn", `no link to ${name}: refused: ${words}`]);
      const told = await acceptor.logged("refused a connection from 127.0.0.1");
      assertEquals([told.level, told.peer, told.reason], [
        "warn",
        "client_0",
        "TOO_MANY_CONNECTIONS",
      ]);
      assertStringIncludes(String(told.message), words);
    }
    // A place that is given up is taken, and another identity is not concerned.
    admitted[0]!.kill("SIGTERM");
    await surplus.logged("connected as acceptor");
    await cluster.run("learner", "client_1", ["--all"]).logged("connected as acceptor");
  },
));

Deno.test(e2e(
  import.meta.url,
  "an acceptor on loopback whose peers are elsewhere says so",
  async (stage) => {
    // What Debian's installer makes of a machine's own name; the other address leads nowhere.
    const cluster = await Cluster.make(stage, {
      alter: (config) => ({
        ...config,
        addresses: config.addresses.map((address) => {
          if (!("host" in address)) return address;
          return { ...address, host: address.name === "Alice" ? "127.0.1.1" : "192.0.2.1" };
        }),
      }),
    });
    const { message, level } = await cluster.acceptor("Alice").logged("listens on 127.0.1.1:");
    assertEquals(level, "warn");
    assertStringIncludes(
      String(message),
      "which only this machine can reach, while others are elsewhere: Bob (192.0.2.1), Carol " +
        `(192.0.2.1), Dave (192.0.2.1); set "listen": "0.0.0.0:${cluster.basePort}"`,
    );
  },
));

Deno.test(e2e(
  import.meta.url,
  "calls of a lone acceptor end with their deadlines, and say so",
  async (stage) => {
    const cluster = await Cluster.make(stage);
    await cluster.acceptors(["Alice"]);
    const { privateKey: key, addresses } = await cluster.read("Bob");
    const [ca, cert] = ["Alice", "Bob"].map((name) =>
      addresses.find((address) => address.name === name)!.certificate
    );
    const parties = { key: key!, ca: ca!, cert: cert! };
    const call = async (method: string, body: Uint8Array, headers: Record<string, string>) =>
      await send({ port: cluster.basePort }, method, body, { te: "trailers", ...headers }, parties);
    const proposal = new TextEncoder().encode('{"instance":"1","value":"eA=="}');
    const connect = { "content-type": "application/json", "connect-timeout-ms": "100" };
    const { status, body } = await call("Propose", proposal, connect);
    assertEquals([status, JSON.parse(body.toString()).code], [504, "deadline_exceeded"]);
    for (const type of ["application/grpc+json", "application/grpc-web+json"]) {
      const headers = { "content-type": type, "grpc-timeout": "100m" };
      assertEquals((await call("Propose", framed(proposal), headers)).grpcStatus, "4", type);
      const all = framed(new TextEncoder().encode("{}"));
      assertEquals((await call("WatchDecisions", all, headers)).grpcStatus, "4", type);
    }
  },
));
