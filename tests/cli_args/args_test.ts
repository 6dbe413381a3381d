import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { formatDuration, parseFlags } from "../../cli/args.ts";
import type { Flag, ProgramSpec } from "../../cli/flags.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";

const SPEC = {
  name: "acceptor",
  summary: "votes",
  description: "Votes.",
  flags: [
    { name: "json", kind: "boolean", help: "print JSON", excludes: ["rules", "loud"] },
    { name: "loud", short: "L", kind: "count", help: "louder" },
    { name: "quiet", short: "q", kind: "boolean", help: "quiet" },
    { name: "listen", short: "l", kind: "text", value: "HOST:PORT", help: "address to bind" },
    { name: "rules", kind: "choice", value: "RULES", choices: ["TR", "HP2"], help: "rules" },
    {
      name: "peers",
      kind: "integer",
      value: "COUNT",
      min: 0,
      max: 10,
      default: 3,
      help: "how many",
    },
    {
      name: "instance",
      kind: "bigint",
      value: "NUMBER",
      min: 0n,
      max: 2n ** 64n - 1n,
      default: 0n,
      help: "instance",
    },
    { name: "timeout", kind: "duration", value: "TIME", min: 0, max: 60_000, help: "patience" },
    { name: "learner", kind: "list", value: "NAME", help: "learner to serve" },
  ],
  positionals: [{ name: "CONFIG", help: "the configuration file" }],
} as const satisfies ProgramSpec;

function rejected(args: readonly string[], spec: ProgramSpec<readonly Flag[]> = SPEC): string {
  const error = assertThrows(() => parseFlags(spec, args), OperatorError);
  assertEquals(error.exitStatus, EXIT.usage);
  assert(!error.message.includes("\n"));
  return error.message;
}

Deno.test("flags that are not given have their defaults, lists are empty", () => {
  const { flags, positionals } = parseFlags(SPEC, ["a.json"]);
  assertEquals(flags, {
    json: false,
    loud: 0,
    quiet: false,
    listen: undefined,
    rules: undefined,
    peers: 3,
    instance: 0n,
    timeout: undefined,
    learner: [],
  });
  assertEquals(positionals, ["a.json"]);
});

Deno.test("values are read in both spellings, anywhere on the line", () => {
  const { flags, positionals } = parseFlags(SPEC, [
    ...["--json", "-l", "[::1]:4000", "a.json", "--peers", "10"],
    ...["--instance=18446744073709551615", "--timeout", "1m", "--learner=Eve", "--learner", "Fay"],
  ]);
  // Types, too: these lines do not compile if the table's are lost.
  const rules: "TR" | "HP2" | undefined = flags.rules;
  const instance: bigint = flags.instance;
  const peers: number = flags.peers;
  assertEquals([rules, peers, instance], [undefined, 10, 18446744073709551615n]);
  assertEquals(flags.listen, "[::1]:4000");
  assertEquals(flags.timeout, 60_000);
  assertEquals(flags.learner, ["Eve", "Fay"]);
  assertEquals([flags.json, positionals], [true, ["a.json"]]);
});

Deno.test("a flag without value does not swallow what follows", () => {
  assertEquals(parseFlags(SPEC, ["--json", "true"]).positionals, ["true"]);
  assertEquals(parseFlags(SPEC, ["--json", "007"]).positionals, ["007"]);
});

Deno.test("a value may hold =, dashes, spaces and line ends", () => {
  assertEquals(parseFlags(SPEC, ["--listen==a --json\n=b", "x"]).flags.listen, "=a --json\n=b");
  assertEquals(parseFlags(SPEC, ["--listen=--json", "x"]).flags.listen, "--json");
});

Deno.test("everything after -- is positional", () => {
  const spec = { ...SPEC, positionals: [{ name: "VALUE", help: "values", many: true }] };
  assertEquals(parseFlags(spec, ["a", "--", "--json", "--nope", "--"]).positionals, [
    ...["a", "--json", "--nope", "--"],
  ]);
});

Deno.test("an unknown flag is an error that guesses what was meant", () => {
  assertStringIncludes(rejected(["--lisen", "x"]), "--lisen: no such flag: perhaps --listen");
  assertStringIncludes(rejected(["--verison"]), "perhaps --version");
  assertEquals(rejected(["--zzzzzz=1"]), "--zzzzzz: no such flag (--help shows what there is)");
  assertStringIncludes(rejected(["-x"]), "-x: no such flag");
  assertStringIncludes(rejected(["--no-json"]), "--no-json: no such flag");
  assertStringIncludes(rejected(["-jl"]), "-jl: no such flag");
  assertStringIncludes(rejected(["--constructor=1"]), "no such flag");
  assertStringIncludes(rejected(["--__proto__=1"]), "no such flag");
});

Deno.test("a value that is missing, empty or unwanted is an error", () => {
  assertStringIncludes(rejected(["a.json", "--listen"]), "--listen: wants a value");
  assertStringIncludes(rejected(["--listen", "--json", "a.json"]), "--listen: wants a value");
  assertStringIncludes(rejected(["--listen", "", "a.json"]), "--listen: wants a value");
  assertStringIncludes(rejected(["--listen=", "a.json"]), "--listen: wants a value");
  assertStringIncludes(rejected(["--json=yes", "a.json"]), "--json: takes no value");
});

Deno.test("a flag given twice is an error unless it is a list", () => {
  assertStringIncludes(rejected(["a", "--json", "--json"]), "--json: is given more than once");
  assertStringIncludes(rejected(["a", "--listen=x", "-l", "y"]), "--listen: is given more than");
});

Deno.test("numbers out of range or not whole are errors that name the range", () => {
  for (const text of ["-1", "11", "1.5", "1e1", "0x1", " 1", "ten", "9".repeat(50)]) {
    const message = rejected(["a", "--peers", text]);
    assertStringIncludes(message, "--peers: wants a whole number from 0 to 10, not");
  }
  assertStringIncludes(rejected(["a", `--instance=${2n ** 64n}`]), "18446744073709551615, not");
});

Deno.test("times want a unit and keep to their range", () => {
  for (const text of ["5", "5d", "-5s", "61s", "2h", "s", "1.5s", "1s 2s"]) {
    assertStringIncludes(rejected(["a", `--timeout=${text}`]), "wants a time from 0ms to 1m, with");
  }
  assertEquals(parseFlags(SPEC, ["a", "--rules=HP2"]).flags.rules, "HP2");
  assertEquals(parseFlags(SPEC, ["a", "--timeout=0s"]).flags.timeout, 0);
  assertEquals(parseFlags(SPEC, ["a", "--timeout=250ms"]).flags.timeout, 250);
  assertEquals([0, 1, 90_000, 60_000, 7_200_000].map(formatDuration), [
    ...["0ms", "1ms", "90s", "1m", "2h"],
  ]);
});

Deno.test("letters of flags without values may stand together, and be counted", () => {
  const of = (...args: string[]) => parseFlags(SPEC, [...args, "a"]).flags;
  assertEquals([of("-L").loud, of("-LL").loud, of("-L", "--loud", "-LL").loud], [1, 2, 4]);
  assertEquals([of("-LqL").loud, of("-LqL").quiet], [2, true]);
  assertStringIncludes(rejected(["-qq", "a"]), "--quiet: is given more than once");
  assertStringIncludes(rejected(["-Ll", "a"]), "-Ll: no such flag");
  assertStringIncludes(rejected(["--loud=2", "a"]), "--loud: takes no value");
});

Deno.test("flags that contradict each other are refused, in either order", () => {
  const both = "--json: excludes --loud: give one of them";
  assertStringIncludes(rejected(["--json", "-LL", "a"]), both);
  assertStringIncludes(rejected(["-L", "--json", "a"]), both);
  // A default is not given.
  assertEquals(parseFlags(SPEC, ["--json", "a"]).flags.json, true);
});

Deno.test("an argument with a few choices is one of them", () => {
  const spec = { ...SPEC, positionals: [{ name: "SHELL", help: "", choices: ["bash", "zsh"] }] };
  assertEquals(parseFlags(spec, ["zsh"]).positionals, ["zsh"]);
  assertStringIncludes(
    rejected(["bsh"], spec),
    'SHELL: wants one of bash, zsh, not "bsh": perhaps bash',
  );
});

Deno.test("a word that is not among the choices is an error that lists them", () => {
  assertStringIncludes(rejected(["a", "--rules=hp2"]), '--rules: wants one of TR, HP2, not "hp2"');
});

Deno.test("positionals too few or too many are errors", () => {
  assertStringIncludes(rejected([]), "CONFIG: is missing (the configuration file)");
  assertStringIncludes(rejected(["a", "b"]), '"b": is one argument too many');
  const optional = { ...SPEC, positionals: [{ name: "VALUE", help: "", optional: true }] };
  assertEquals(parseFlags(optional, []).positionals, []);
});

Deno.test("a flag that is required is missed", () => {
  const spec = {
    ...SPEC,
    flags: [{ name: "out", kind: "text", value: "DIR", required: true, help: "where to write" }],
  } as const;
  assertStringIncludes(rejected(["a"], spec), "--out: is missing (DIR: where to write)");
  const out: string = parseFlags(spec, ["a", "--out=d"]).flags.out;
  assertEquals(out, "d");
});
