import { assert, assertEquals, assertThrows } from "@std/assert";
import { checkProofs, COQ_FILES, COQ_FOLDER, findCoq } from "../../scripts/prove/coq.ts";
import { firstUnproved, givenUp, readProofs, theoremsOf } from "../../scripts/prove/coq.ts";
import { weakened, WEAKENINGS } from "../../scripts/prove/weakened.ts";

const coq = await findCoq();

function testWithCoq(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  const ignore = "reason" in coq;
  if (ignore) console.log(`ignored: ${name}: ${coq.reason}`);
  Deno.test({ name, ignore, fn });
}

Deno.test("proofs: every file in the folder is checked", async () => {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(COQ_FOLDER)) {
    if (name.endsWith(".v")) found.push(name.replace(/\.v$/, ""));
  }
  assertEquals(found.sort(), [...COQ_FILES].sort());
});

Deno.test("proofs: what is given up is seen, but not in comments", () => {
  assertEquals(givenUp("Theorem a : b. Proof. (* Admitted *) exact c. Qed."), []);
  assertEquals(givenUp("Axiom a : False.\nLemma b : c. Admitted."), [
    "says Axiom",
    "says Admitted",
  ]);
  assertEquals(theoremsOf("(* Theorem a *)\nTheorem b : c.\n  Theorem d : e."), ["b", "d"]);
});

Deno.test("proofs: a weakening whose text has gone is an error", () => {
  const proofs = new Map([["definitions", "nothing"]]);
  assertThrows(() => weakened(proofs, WEAKENINGS[0]!), Error, "not exactly once");
});

testWithCoq("proofs: an assumption is refused", async () => {
  const unproved = new Map([["a", "Theorem a : False. Admitted.\n"]]);
  const [checked] = await checkProofs(unproved);
  assertEquals(checked!.theorems, ["a"]);
  assertEquals(checked!.faults.length, 2);
  assert(checked!.faults[1]!.includes("a : False"), checked!.faults[1]);
});

testWithCoq("proofs: with any definition weakened a proof fails", async (t) => {
  const proofs = await readProofs();
  // Nothing of what is weakened is used after the log.
  for (const file of COQ_FILES.slice(COQ_FILES.indexOf("log") + 1)) proofs.delete(file);
  assertEquals(await firstUnproved(proofs), undefined);
  for (const weakening of WEAKENINGS) {
    await t.step(weakening.name, async () => {
      assertEquals(await firstUnproved(weakened(proofs, weakening)), weakening.failsIn);
    });
  }
});
