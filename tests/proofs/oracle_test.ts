import { assert, assertEquals } from "@std/assert";
import { ORACLE, withoutPython } from "../../scripts/oracle.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { run } from "../../scripts/run.ts";
import { CORE } from "../core/core_under_test.ts";
import { MUTATIONS } from "../core/mutations.ts";
import { loadMutant } from "../explore/mutants.ts";
import { makeWorld } from "../oracle/world.ts";
import { traceOf } from "./traced_worlds.ts";

/** Histories of some 70 messages, which two or more acceptors and an observer receive. */
const WORLDS = 30;

/** Mistakes in lib/core of which the oracle alone must tell. */
const MISTAKES = [
  "1b: an earlier acceptor message of the same ballot is no obstacle",
  "1b: any 1a that is referred to directly will do, not only the highest",
  "2a: the signer need not be in q",
  "2a: never a second one in a ballot, not even for another learner",
  "Con: whoever is caught",
  "Buried: by a 2a of any ballot",
  "fresh: compares ballots, not values",
  "fresh: only 2as for the learner who asks bind, not those for connected learners",
  "fresh: 2as for learners that are not connected bind, too",
  "fresh: a 2a for one learner makes those for others forgotten",
  "q: counts 1bs that are not fresh",
  "Decision: the message that completes the quorum does not count",
  "Decision: 2as of different ballots count together",
];

const reason = await withoutPython();

function testWithPython(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  if (reason !== undefined) console.log(`ignored: ${name}: ${reason}`);
  Deno.test({ name, ignore: reason !== undefined, fn });
}

/** What the oracle says of traces. */
async function ask(
  traces: readonly (readonly string[])[],
): Promise<{ code: number; output: string }> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-oracle-" });
  try {
    const files = traces.map((_, index) => `${folder}/${index}.trace`);
    for (const [index, lines] of traces.entries()) {
      await Deno.writeTextFile(files[index]!, lines.map((line) => `${line}\n`).join(""));
    }
    return await run(["python3", "-B", ORACLE, ...files]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function histories(core: typeof CORE, worlds: number): string[][] {
  return Array.from({ length: worlds }, (_, index) => traceOf(core, makeWorld(index + 1)));
}

testWithPython(
  "oracle: what the core does is as defined, and each definition is met both ways",
  async () => {
    const { code, output } = await ask(histories(CORE, WORLDS));
    assertEquals(code, 0, output);
    const counts = new Map(
      [...output.matchAll(/^(.+): (\d+) true, (\d+) false$/gm)]
        .map(([, name, yes, no]) => [name, [Number(yes), Number(no)]] as const),
    );
    for (const name of ["2a for a", "Buried", "Con", "Decision", "entangled", "fresh", "sends"]) {
      const [yes = 0, no = 0] = counts.get(name) ?? [];
      assert(yes > 0 && no > 0, `${name}: ${yes} true, ${no} false`);
    }
    for (const fault of ["NO_BALLOT", "BAD_PREV", "BAD_1B", "BAD_2A", "REPEATED_2A"]) {
      assert(counts.get(`refused ${fault}`)![0]! > 0, fault);
    }
    assert(counts.get("newly caught")![0]! > 0);
  },
);

testWithPython("oracle: it alone tells of each of these mistakes in lib/core", async (t) => {
  for (const mistake of MISTAKES) {
    await t.step(mistake, async () => {
      const { edits } = MUTATIONS.find((mutation) => mutation.mistake === mistake)!;
      const directory = await Deno.makeTempDir({ prefix: "hetpaxos-mutants-" });
      try {
        const core = await loadMutant(directory, edits);
        const { code, output } = await ask([histories(core, WORLDS).flat()]);
        assertEquals(code, 1, output);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    });
  }
});

testWithPython("oracle: a simulated world in which 2as wait for quiet is as defined", async () => {
  const file = await Deno.makeTempFile({ prefix: "hetpaxos-oracle-" });
  try {
    await Deno.remove(file);
    const sim = ["run", "--allow-read", "--allow-write", "--allow-sys=inspector", "scripts/sim.ts"];
    const simulated = await run(["deno", ...sim, "--seed", "7", "--trace", file], { cwd: ROOT });
    assertEquals(simulated.code, 0, simulated.output);
    const { code, output } = await run(["python3", "-B", ORACLE, file]);
    assertEquals(code, 0, output);
    assert(Number(/^messages: (\d+) true/m.exec(output)![1]) > 100, output);
    assert(Number(/^2a waits for quiet: (\d+) true/m.exec(output)![1]) > 0, output);
  } finally {
    await Deno.remove(file);
  }
});

testWithPython("oracle: what is no trace is told in one line", async () => {
  const { code, output } = await ask([["nothing of the kind"]]);
  assertEquals(code, 3);
  assert(output.includes("0.trace: no trace: "), output);
});
