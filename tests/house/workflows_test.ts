import { assert } from "@std/assert";
import { listFiles, readSource } from "../../scripts/sources.ts";

const GATE = "bash .ci/run";

Deno.test("workflows run the gate, or deno tasks that the gate runs too", async () => {
  const gate = (await readSource(".ci/run")).replaceAll("$deno", "deno")
    .replaceAll("npx --yes deno@2.8.3", "deno");
  let seen = 0;
  for (const file of await listFiles([".github/workflows"], [".yml"])) {
    const text = await readSource(file);
    for (const [, command = ""] of text.matchAll(/^\s*(?:- )?run: *(.*)$/gm)) {
      seen++;
      const known = command === GATE ||
        /^deno task [\w -]+$/.test(command) &&
          gate.split("\n").some((line) => line.endsWith(command));
      assert(known, `${file}: ${command}`);
    }
  }
  assert(seen >= 5, `${seen} commands`);
});
