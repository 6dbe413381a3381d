import { assertEquals, assertMatch } from "@std/assert";
import { causeOf, executableName, TARGETS } from "../../scripts/compile.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { withoutBases } from "./without_bases.ts";

Deno.test("why nothing was made is told in Deno's own words, in one line", () => {
  const words = [
    "error: Writing deno compile executable to temporary file '/dist/x.tmp-310d'",
    "",
    "Caused by:",
    "    0: Setting up base binary.",
    "    1: error sending request for url (https://example.com/denort.zip): dns error: unknown",
    "    2: dns error",
    "    3: unknown",
    "",
    "Stack backtrace:",
    "   0: <unknown>",
  ];
  assertEquals(
    causeOf(words.join("\n")),
    "Setting up base binary. " +
      "error sending request for url (https://example.com/denort.zip): dns error: unknown",
  );
  assertEquals(
    causeOf("error: Cannot write\n\nCaused by:\n    No space left on device\n"),
    "No space left on device",
  );
  assertEquals(causeOf("Check x\nerror: Module not found\n"), "error: Module not found");
  assertEquals(causeOf(""), "it does not say why");
});

Deno.test("executables are named with version and target", () => {
  assertMatch(executableName("hetpaxos", TARGETS[0]), /^hetpaxos-\d+\.\d+\.\d+-x86_64-.*-gnu$/);
  assertMatch(executableName("hetpaxos", TARGETS[4]), /-x86_64-pc-windows-msvc\.exe$/);
});

async function compile(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", "--allow-write", "--allow-run", "--allow-env", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

Deno.test("a download that fails is a failure, told once", async () => {
  // What makes bundles must be there: this fetches it, if need be.
  assertEquals((await compile(["scripts/compile.ts", "--check"])).code, 0);
  const denoDir = await Deno.makeTempDir();
  try {
    // Nothing listens at this port, so nothing beyond this machine is asked.
    const env = { HTTPS_PROXY: "http://127.0.0.1:9", DENO_DIR: await withoutBases(denoDir) };
    const target = "aarch64-apple-darwin";
    const { code, out, err } = await compile(["scripts/compile.ts", "--target", target], env);
    assertEquals(code, 1);
    assertMatch(out, /^0 executables made, 1 failed, 3 not tried$/m);
    assertMatch(err, /^dist\/hetpaxos-\S+: not made: .*denort-aarch64-apple-darwin\.zip[^\n]*\n$/);
  } finally {
    await Deno.remove(denoDir, { recursive: true });
  }
});

Deno.test("a misspelt flag is refused before anything is made", async () => {
  for (const script of ["compile", "bundle"]) {
    const { code, out, err } = await compile([`scripts/${script}.ts`, "--chekc"]);
    assertEquals([code, out], [2, ""]);
    assertMatch(err, new RegExp(`^${script}: --chekc: no such flag.*\n$`));
    const help = await compile([`scripts/${script}.ts`, "--help"]);
    assertEquals(help.code, 0);
    assertMatch(help.out, new RegExp(`^Usage: ${script} `));
  }
});
