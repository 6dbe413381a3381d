import { assert } from "@std/assert";
import { readSource } from "../../scripts/sources.ts";
import { LIMIT_TESTS } from "../limit_tests.ts";

Deno.test("every limit is reached by a test that exists", async () => {
  for (const [limit, [path, name]] of Object.entries(LIMIT_TESTS)) {
    assert((await readSource(path)).includes(name), `${limit}: no test "${name}" in ${path}`);
  }
});
