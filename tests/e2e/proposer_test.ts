/**
 * What the proposer program does with values, dead peers and time.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hashValue } from "../../lib/crypto/hash.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { Cluster } from "./cluster.ts";
import { assertOneLine, decides, succeeds, valuesOf } from "./expect.ts";
import { e2e } from "./stage.ts";

const MIB = 1024 * 1024;

Deno.test(
  e2e(import.meta.url, "a proposer takes its value from where it is told", async (stage, step) => {
    const cluster = await Cluster.make(stage, { clients: 1 });
    await cluster.acceptors();
    const quiet = (args: readonly string[], input?: Uint8Array<ArrayBuffer>) =>
      stage.start("proposer", [...args, cluster.file("client_0")], input && { input });
    let instance = 0;
    const next = () => ["--instance", String(instance++)];

    await step("--value, and the configuration's own", async () => {
      assertEquals(valuesOf(await succeeds(quiet([...next(), "--value", "wörds"]))), ["wörds"]);
      const config = { ...await cluster.read("client_0"), proposal: "as ever" };
      const file = await stage.write("as_ever.json", JSON.stringify(config));
      const proposer = stage.start("proposer", [...next(), file]);
      assertEquals(valuesOf(await succeeds(proposer)), ["as ever"]);
    });

    await step("--file, and standard input; bytes that are no text are shown as such", async () => {
      const bytes = Uint8Array.of(0, 255, 10);
      const file = await stage.write("value.bin", bytes);
      const [fromFile] = await succeeds(quiet([...next(), "--file", file]));
      assertEquals([fromFile!.value, fromFile!.valueHex], [undefined, "00ff0a"]);
      assertEquals(fromFile!.valueHash, hashValue(bytes));
      const [piped] = await succeeds(quiet([...next(), "--file", "-"], bytes));
      assertEquals(piped!.valueHex, "00ff0a");
    });

    await step("one MiB is decided, and a person is shown its length and hash", async () => {
      const value = new Uint8Array(MIB).fill(0x61);
      const file = await stage.write("mib.txt", value);
      const chosen = next();
      const proposer = quiet([...chosen, "--file", file, "--text"]);
      const learner = stage.start("learner", ["--once", ...chosen, cluster.file("client_0")]);
      await succeeds(proposer);
      assertStringIncludes(proposer.out.text, `(${MIB} bytes)`);
      assertStringIncludes(proposer.out.text, hashValue(value));
      const [decision] = await succeeds(learner);
      assertEquals(String(decision!.value).length, MIB);
      assertEquals(decision!.valueHash, hashValue(value));
    });

    await step("one byte more is refused", async () => {
      const value = new Uint8Array(MIB + 1).fill(0x61);
      const file = await stage.write("more.txt", value);
      const pattern =
        /the value is larger than 1048576 bytes; limits\.valueBytesMax sets the bound$/;
      const started = [
        quiet([...next(), "--file", file]),
        quiet([...next(), "--file", "-"], value),
      ];
      for (const proposer of started) assertOneLine(await proposer.ended, 2, pattern);
    });
  }),
);

Deno.test(
  e2e(import.meta.url, "a proposer goes on until there is a decision", async (stage, step) => {
    const settings = { proposer: { backoffMsMin: 50, backoffMsMax: 500 } };
    const cluster = await Cluster.make(stage, { clients: 1, settings });
    const acceptors = await cluster.acceptors();
    const propose = (...args: string[]) => cluster.run("proposer", "client_0", args);

    await step("where another value is decided, it adopts it", async () => {
      assertEquals(valuesOf(await succeeds(propose("--value", "first"))), ["first"]);
      const proposer = propose("--value", "second");
      const [decision] = await decides(proposer);
      assertEquals([decision!.value, decision!.proposed], ["first", false]);
      assertEquals((await proposer.ended).code, EXIT.lost);
      const text = propose("--value", "second", "--text");
      assertEquals((await text.ended).code, EXIT.lost);
      assertStringIncludes(text.out.text, "; not the value proposed here\n");
    });

    await step("--forever goes on after the decision until it is stopped", async () => {
      const proposer = propose("--value", "again", "--instance", "1", "--forever", "--messages");
      const [decision] = await proposer.decisions();
      assertEquals(decision!.value, "again");
      const ballots = await proposer.out.until((lines) => {
        const after = lines.slice(lines.indexOf(decision!));
        const seconds = after.filter(({ event }) => event === "2a").map(({ ballot }) => ballot);
        return seconds.some((ballot) => !same(ballot, decision!.ballot)) ? seconds : undefined;
      }, "a 2a of a later ballot");
      assertEquals(ballots.length > 0, true);
      proposer.kill("SIGTERM");
      // One decision, however many ballots have made it.
      assertEquals(valuesOf(await succeeds(proposer)), ["again"]);
    });

    await step("an acceptor that is killed meanwhile is not missed", async () => {
      const proposer = propose("--value", "on", "--instance", "100", "--count", "60");
      await proposer.decisions(5);
      acceptors.get("Dave")!.kill();
      assert(proposer.out.all.length < 60, "killed too late to prove anything");
      const decisions = await succeeds(proposer);
      assertEquals(valuesOf(decisions), Array(60).fill("on"));
      assertEquals(decisions.map(({ instance }) => instance), range(100, 60));
    });

    await step("one that is dead from the start neither", async () => {
      const proposer = propose("--value", "three", "--instance", "2");
      assertEquals(valuesOf(await succeeds(proposer)), ["three"]);
      await proposer.logged("no link to Dave");
    });

    await step("without a quorum it gives up when told to, and not before", async () => {
      acceptors.get("Carol")!.kill();
      await acceptors.get("Carol")!.ended;
      const file = cluster.file("client_0");
      const args = ["--value", "never", "--instance", "3", "--timeout", "1s"];
      const started = performance.now();
      const ended = await stage.start("proposer", [...args, file]).ended;
      assertOneLine(
        ended,
        7,
        /--timeout: instance 3 is not decided: Eve cannot decide now: it needs any 3 of .*; Carol does not answer /,
      );
      assertEquals(performance.now() - started >= 1_000, true);
      const learner = ["--once", "--instance", "3", "--timeout", "1s"];
      const { ended: learnerEnded } = stage.start("learner", [...learner, file]);
      assertOneLine(
        await learnerEnded,
        7,
        /--timeout: 1 decisions are missing; instance 3 is not decided: Eve cannot decide now/,
      );
    });
  }),
);

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function range(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(first + i));
}
