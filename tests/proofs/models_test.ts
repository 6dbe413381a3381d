import { assert, assertEquals, assertThrows } from "@std/assert";
import { explore } from "../../lib/explore/explore.ts";
import { FAULTY_MODELS, MODELS } from "../../scripts/prove/model_worlds.ts";
import { complaintsOf, readDefinitions, withFault, worldText } from "../../scripts/prove/models.ts";
import { outcomeOf } from "../../scripts/prove/tlc.ts";
import { CORE } from "../core/core_under_test.ts";

Deno.test("models: the explorer finds as many states as are wanted of TLC", async (t) => {
  for (const { name, scenario, states, deep = false } of MODELS) {
    if (deep) continue;
    await t.step(name, () => {
      const found = explore(CORE, { name, ...scenario }, { statesMax: 1_000_000 });
      assert(found.complete);
      assertEquals(found.statesWithNames, states);
    });
  }
});

Deno.test("models: a world says what its scenario says", () => {
  const text = worldText(MODELS.find(({ name }) => name === "nested, one ballot")!.scenario);
  assert(
    text.includes('cQuorums == [key \\in cLearners |-> CASE key = "X" -> {{"A", "B", "C"}} []'),
  );
  assert(text.includes('key = <<"Y", "X">> -> {{"B"}, {"C"}}'), text);
  assert(text.includes("cBallots == 1..1\ncValue == <<0>>\n"), text);
});

Deno.test("models: each fault stands in the definitions", async () => {
  const definitions = await readDefinitions();
  for (const { fault } of FAULTY_MODELS) {
    if (fault !== undefined) assert(withFault(definitions, fault) !== definitions);
  }
  assertThrows(
    () => withFault(definitions, { from: "no such text", to: "" }),
    Error,
    "not exactly",
  );
});

Deno.test("models: what TLC prints is read, and whatever is not as wanted is a complaint", () => {
  const counts = "20 states generated, 7 distinct states found, 0 states left on queue.";
  const happened = '<<"happened", "decides">>\n<<"happened", "decides">>';
  const whole = outcomeOf(
    `${happened}\nModel checking completed. No error has been found.\n${counts}`,
  );
  assertEquals(whole, { states: 7, violated: undefined, happened: ["decides"] });
  const broken = outcomeOf(`Error: Invariant Agreement is violated.\n${counts}`);
  assertEquals(broken.violated, "Agreement");
  assertThrows(() => outcomeOf("Error: Parsing or semantic analysis failed."), Error, "TLC failed");
  assertThrows(() => outcomeOf(`Error: evaluating\n${counts}`), Error, "TLC failed");
  const { scenario } = MODELS[0]!;
  const base = { name: "", scenario };
  assertEquals(complaintsOf({ ...base, states: 7, sometimes: ["decides"] }, whole), []);
  assertEquals(complaintsOf({ ...base, breaks: "Agreement" }, broken), []);
  assertEquals(complaintsOf({ ...base, breaks: "Agreement" }, whole).length, 1);
  assertEquals(complaintsOf(base, broken).length, 1);
  assertEquals(complaintsOf({ ...base, states: 8, never: ["decides"] }, whole).length, 2);
  assertEquals(complaintsOf({ ...base, sometimes: ["caught"] }, whole).length, 1);
});
