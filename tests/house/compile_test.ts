import { assertEquals } from "@std/assert";
import { missingBase } from "../../scripts/compile.ts";

Deno.test("a base executable that is missing is told apart from other faults", () => {
  const archive = "denort-x86_64-unknown-linux-gnu.zip";
  assertEquals(
    missingBase(`Download https://example.com/v2.8.3/${archive}\nerror: connection refused\n`),
    `cannot download Deno's base executable ${archive}`,
  );
  assertEquals(missingBase('error: Module not found "cli/nope.ts".\n'), undefined);
});
