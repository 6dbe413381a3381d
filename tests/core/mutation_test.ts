/**
 * Proves that the comparison with the oracle notices mistakes: each mutated copy of lib/core must
 * fail it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { makeWorld, type World } from "../oracle/world.ts";
import { compareCases } from "./compare_facts.ts";
import { compareSteps } from "./compare_steps.ts";
import { type Core, loadCore } from "./core_under_test.ts";
import { type Edit, MUTATIONS } from "./mutations.ts";

const CORE_URL = new URL("../../lib/core/", import.meta.url);

/** A mistake must show within so many worlds, of about 70 messages each. */
const WORLDS_MAX = 400;

const worlds: World[] = [];

function world(seed: number): World {
  return worlds[seed] ??= makeWorld(seed);
}

/** Loads a copy of lib/core with some edits. */
async function loadMutant(directory: string, edits: readonly Edit[]): Promise<Core> {
  const texts = new Map<string, string>();
  for await (const { name } of Deno.readDir(CORE_URL)) {
    texts.set(name, await Deno.readTextFile(new URL(name, CORE_URL)));
  }
  for (const { file, from, to } of edits) {
    const parts = texts.get(file)?.split(from) ?? [];
    assertEquals(parts.length, 2, `exactly one place in ${file} must read: ${from}`);
    texts.set(file, parts.join(to));
  }
  for (const [name, text] of texts) await Deno.writeTextFile(`${directory}/${name}`, text);
  return await loadCore(new URL(`file://${directory}/`));
}

/** How many messages it takes to notice a difference; undefined if it goes unnoticed. */
function messagesToNotice(core: Core, worldsMax: number): number | undefined {
  let messages = 0;
  for (let seed = 1; seed <= worldsMax; seed++) {
    const { cases } = world(seed);
    const mismatch = compareCases(core, world(seed), cases);
    if (mismatch !== undefined) return messages + mismatch.index + 1;
    messages += cases.length;
    if (compareSteps(core, world(seed)) !== undefined) return messages;
  }
  return undefined;
}

Deno.test("the comparison notices each of these mistakes in lib/core", async (t) => {
  const root = await Deno.makeTempDir({ prefix: "hetpaxos-mutants-" });
  const noticed: string[] = [];
  try {
    await t.step("control: an unchanged copy passes", async () => {
      const directory = `${root}/control`;
      await Deno.mkdir(directory);
      assertEquals(messagesToNotice(await loadMutant(directory, []), 50), undefined);
    });
    for (const [index, { mistake, edits }] of MUTATIONS.entries()) {
      await t.step(mistake, async () => {
        const directory = `${root}/${index}`;
        await Deno.mkdir(directory);
        const messages = messagesToNotice(await loadMutant(directory, edits), WORLDS_MAX);
        assert(messages !== undefined, `unnoticed in ${WORLDS_MAX} worlds: ${mistake}`);
        noticed.push(`${String(messages).padStart(7)}  ${mistake}`);
      });
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
  console.log(`messages until noticed:\n${noticed.join("\n")}`);
});
