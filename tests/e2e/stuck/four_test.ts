/**
 * Four acceptors that do not decide, made so for real over TLS in one way after another: the first
 * sentence of `explain`, of the verdict of `status` and of who waits names the cause.
 *
 * @module
 */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connect } from "../../../lib/client/client.ts";
import { ClientError } from "../../../lib/client/errors.ts";
import type { Configuration } from "../../../lib/config/configuration.ts";
import type { WireMessage } from "../../../lib/wire/codec.ts";
import { EXIT } from "../../../lib/wire/operator_error.ts";
import { fork, proposal } from "../../node/equivocator.ts";
import { Cluster } from "../cluster.ts";
import { decides, succeeds } from "../expect.ts";
import type { Program } from "../program.ts";
import { e2e, type Stage } from "../stage.ts";
import { dangling, falseAcceptor } from "./false_acceptor.ts";
import {
  FirstSentences,
  lastWords,
  noSmallDisk,
  shiftedClock,
  smallDisk,
} from "./first_sentences.ts";
import { configurationsOf, locked, writeJournal } from "./histories.ts";
import { altered, CLIENTS, NAMES, PLAN, proposes, saying, stop } from "./scene.ts";

const HOUR_MS = 3_600_000;

/** What the steps of the first cluster share. */
interface Scene {
  readonly stage: Stage;
  readonly cluster: Cluster;
  readonly sentences: FirstSentences;
  readonly of: (name: string) => Configuration;
}

/** All acceptors are up. */
async function whoProposes({ stage, cluster, sentences, of }: Scene): Promise<void> {
  await saying(of("client_1"), NAMES, [later(of, 5_000), later(of, 2_000)], async (waits) => {
    await sentences.of("a locked value, and a proposer that offers another", cluster, {
      instance: LOCKED,
      waits: () => waits(BigInt(LOCKED)),
    });
  });
  // What it says to do is what helps.
  await succeeds(decided(cluster, LOCKED, "v1"));

  const nobody = cluster.run("learner", "client_1", [
    ...["--once", "--instance", "1", "--timeout", "2s"],
  ]);
  await sentences.of("nobody proposes", cluster, { instance: 1, waits: nobody });

  const other = await altered(stage, cluster, "client_1", (config) => config.rules = "HP2");
  const args = ["--log-level", "debug", "--value", "x", "--timeout", "2s", other];
  await sentences.of("a proposer's configuration is another", cluster, {
    ...{ instance: 4, waits: stage.start("proposer", args), once: "configurations differ" },
  });

  const ahead = proposes(cluster, 2, "early", { launcher: await shiftedClock(stage, HOUR_MS) });
  await sentences.of("a proposer's clock is an hour ahead", cluster, {
    ...{ instance: 2, waits: ahead, once: "offering ballot" },
  });

  await succeeds(decided(cluster, 3, "blue"));
  // Its ballots come before all others, and do no harm; it hears of nothing.
  const behind = proposes(cluster, 3, "late", { launcher: await shiftedClock(stage, -HOUR_MS) });
  await sentences.compare("a proposer's clock is an hour behind", {
    waits: `${await lastWords(behind)}`,
  });
}

/** A further ballot with "v2", some milliseconds old. */
function later(of: Scene["of"], agoMs: number): WireMessage {
  return proposal(of("client_1"), "v2", Math.floor((Date.now() - agoMs) / 1000), BigInt(LOCKED));
}

const LOCKED = 9;

/** What Alice and Bob take less of than others: long values, and messages that wait for others. */
const STRICT = { valueBytesMax: 4_096, refsMax: 256, inboxRefsPerPeerMax: 257 };
/** A proposer that waits until its value, or another, is decided. */
function decided(cluster: Cluster, instance: number, value: string): Program {
  return cluster.run("proposer", "client_1", ["--instance", `${instance}`, "--value", value]);
}

/** More than two of the acceptors take. */
const LONG = "x".repeat(5_000);

/** Carol is down. */
async function withoutCarol({ cluster, sentences, of }: Scene, dave: Program) {
  const long = proposes(cluster, 5, LONG);
  await sentences.of("a value is longer than two take", cluster, {
    ...{ instance: 5, waits: long, once: "offering ballot" },
  });

  const { proposals, answers } = fork(of("Dave"), 6n);
  const others = ["Alice", "Bob", "Dave"];
  await saying(of("client_1"), others, [...proposals, ...answers], async (waits) => {
    await sentences.of("a liar voids a promise", cluster, { instance: 6, waits: () => waits(6n) });
  });

  // As root, or where anybody may have a name space: else Dave just stops.
  const many = cluster.run("proposer", "client_1", [
    "--instance",
    "100",
    "--count",
    "300",
    "--value",
    "y",
  ]);
  const [full] = await Promise.all([many.logged("is not decided"), dave.ended]);
  const instance = Number(/\d+/.exec(`${full.message}`)![0]);
  await sentences.of("a disk is full", cluster, {
    instance,
    waits: () => Promise.resolve(`${full.message}`.replace(`${instance}`, "N")),
  });
  await stop(many);
}

/** Dave is gone. */
async function carolIsOff(scene: Scene, alice: Program, bob: Program): Promise<void> {
  const { stage, cluster, sentences } = scene;
  const start = (file: string, more = {}) =>
    stage.start("acceptor", ["--log-level", "debug", "--volatile", file], more);
  const behind = start(cluster.file("Carol"), { launcher: await shiftedClock(stage, -HOUR_MS) });
  await behind.logged("votes from now on");
  await sentences.of("an acceptor's clock is an hour behind", cluster, {
    instance: 20,
    waits: proposes(cluster, 20, "x"),
  });
  await stop(behind);

  const ahead = start(cluster.file("Carol"), { launcher: await shiftedClock(stage, HOUR_MS) });
  await ahead.logged("votes from now on");
  // Three are enough again where Dave has lied.
  await decides(decided(cluster, 6, "red"));
  const called = cluster.call("Carol", "client_1", async (client) => {
    const over = AbortSignal.timeout(2_000);
    const value = new TextEncoder().encode("early");
    await client.propose({ instance: 21n, value, learners: [] }, over);
  }).catch(() => {});
  await sentences.of("an acceptor's clock is an hour ahead", cluster, { instance: 21 });
  await called;
  await stop(ahead);

  const other = start(await altered(stage, cluster, "Carol", (config) => config.rules = "HP2"));
  await other.logged("configurations differ");
  await sentences.of("an acceptor's configuration is another", cluster, {
    instance: 22,
    waits: proposes(cluster, 22, "x"),
  });
  await stop(other);

  await carolIsAnother(scene);
  const callers = saysToCallers(scene, alice);
  await sentences.of("two acceptors are down", cluster, {
    instance: 23,
    waits: proposes(cluster, 23, "x"),
  });
  await sentences.compare("two acceptors are down, and a caller waits", await callers);
  await stop(bob);
  const carol = start(cluster.file("Carol"));
  const { message } = await carol.logged("does not vote yet");
  await sentences.of("an acceptor has come back and does not vote", cluster, {
    instance: 24,
    waits: () => Promise.resolve(`${message}`),
  });
}

/** What an acceptor that is asked to propose says by itself, and what those who ask end with. */
async function saysToCallers({ cluster, of }: Scene, alice: Program) {
  const value = new TextEncoder().encode("x");
  const leave = new AbortController();
  const called = cluster.call(
    "Alice",
    "client_1",
    (client) => client.propose({ instance: 27n, value, learners: [] }, leave.signal),
  ).catch(() => {});
  await using client = connect(of("client_0"));
  const ended = client.propose(28n, value, { timeoutMs: 4_500 });
  const [{ message: asked }, { message: asks }] = await Promise.all([
    alice.logged("instance 27 is not decided"),
    assertRejects(() => ended, ClientError),
  ]);
  leave.abort();
  await called;
  // What Carol was refused before may be long enough ago, or not.
  return { asked: `${asked}`, asks: asks.replace(/; Alice, Bob refuse .*/, "") };
}

/** Dave is gone, and what answers in Carol's place is no acceptor of this version, or none at all. */
async function carolIsAnother({ cluster, sentences, of }: Scene): Promise<void> {
  {
    await using _older = await falseAcceptor(of("Carol"), { protocolVersion: 1 });
    await sentences.of("an acceptor speaks an older version", cluster, {
      instance: 25,
      waits: proposes(cluster, 25, "x"),
    });
  }
  const messages = dangling(of("Carol"), 26n, STRICT.inboxRefsPerPeerMax);
  await using _liar = await falseAcceptor(of("Carol"), { messages });
  await sentences.of("an acceptor's messages fill inboxes", cluster, {
    instance: 26,
    waits: proposes(cluster, 26, "x"),
  });
}

Deno.test(e2e(import.meta.url, "four acceptors that do not decide", async (stage, step) => {
  const cluster = await Cluster.make(stage, { plan: PLAN, clients: 2 });
  const of = await configurationsOf(cluster, [...NAMES, ...CLIENTS]);
  const sentences = new FirstSentences(stage, new URL("./four.txt", import.meta.url));
  const scene = { stage, cluster, sentences, of };
  const folder = (name: string) => `${stage.folder}/${name}.data`;
  for (const name of ["Alice", "Carol"]) {
    writeJournal(of(name), folder(name), locked(of, BigInt(LOCKED)));
  }
  const small = await smallDisk(folder("Dave"), 900);
  const start = async (name: string, args: readonly string[], more = {}) => {
    const file = await altered(stage, cluster, name, (config) => {
      // Alice and Bob take less than others; who knows of no past hears of it before it votes.
      if (["Alice", "Bob"].includes(name)) config.limits = STRICT;
      config.network = { reconnectMsMin: 50, reconnectMsMax: 500, recoveryWaitMs: 30_000 };
    });
    return stage.start("acceptor", ["--log-level", "debug", ...args, file], more);
  };
  const [alice, bob, carol, dave] = await Promise.all([
    start("Alice", ["--data-dir", folder("Alice")]),
    start("Bob", ["--volatile"]),
    start("Carol", ["--data-dir", folder("Carol")]),
    start("Dave", ["--data-dir", folder("Dave")], { launcher: small }),
  ]);
  await Promise.all([alice, bob, carol, dave].map((each) => each.logged("votes from now on")));
  await step("who proposes", () => whoProposes(scene));
  await stop(carol);
  await step("without Carol", () => withoutCarol(scene, dave));
  assertEquals((await dave.ended).code, EXIT.resource);
  assertMatch((await dave.ended).err, /cannot be written: database or disk is full/);
  await step("Carol is not what she was", () => carolIsOff(scene, alice, bob));
  await sentences.close();
}, noSmallDisk === undefined ? { patienceMs: 400_000 } : noSmallDisk));
