/** What Deno keeps is in native code, and of the whole process: so another process dials. */
import { assertEquals, assertLessOrEqual } from "@std/assert";

const DIALS = 1_500;

/** Garbage comes to 13 MB; with TLS made before TCP connects Deno keeps 80 MB for good. */
const BYTES_MAX = 40e6;

Deno.test("to dial an acceptor that is down, however often, costs no memory", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const child = new URL("refused_child.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", child, `${port}`, `${DIALS}`],
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  const grown = Number(new TextDecoder().decode(stdout));
  console.log(`    ${DIALS} refused dials: ${(grown / 1e6).toFixed(1)} MB`);
  assertLessOrEqual(grown, BYTES_MAX);
});
