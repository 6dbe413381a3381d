/** The fault that `guardHttp2` guards against ends the process, so another process takes the risk. */
import { assertEquals } from "@std/assert";

Deno.test("a process survives churn and hostile GOAWAYs", async () => {
  const rounds = 90;
  const { code, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("churn_peer.ts", import.meta.url).href, `${rounds}`],
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals([code, signal, text.trim()], [0, null, `survived ${rounds} rounds`]);
});
