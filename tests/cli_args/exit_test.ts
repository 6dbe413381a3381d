import { assert, assertEquals, assertMatch } from "@std/assert";
import { explainFailure, type Host, lastWords, runMain } from "../../cli/exit.ts";
import { OutputClosedError } from "../../cli/output.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { MemorySink } from "./memory_sink.ts";

class FakeHost implements Host {
  readonly args = ["one"];
  readonly stderr = new MemorySink();
  readonly statuses: number[] = [];
  uncaught: (error: unknown) => void = () => {};
  exit(status: number): void {
    this.statuses.push(status);
  }
  onUncaught(handle: (error: unknown) => void): void {
    this.uncaught = handle;
  }
}

Deno.test("a program ends with the status it returns", async () => {
  const host = new FakeHost();
  await runMain("p", (args) => Promise.resolve(args.length + 1), host);
  assertEquals([host.statuses, host.stderr.text], [[2], ""]);
});

Deno.test("an operator's mistake is one line, escaped, and its status", async () => {
  const host = new FakeHost();
  await runMain("hetpaxos-acceptor", () => {
    throw new OperatorError(EXIT.configuration, "no such name: \x1b[2J\nBob", "a.json: $.names[0]");
  }, host);
  assertEquals(host.statuses, [EXIT.configuration]);
  assertEquals(
    host.stderr.text,
    "hetpaxos-acceptor: a.json: $.names[0]: no such name: \\u{1b}[2J\\u{a}Bob\n",
  );
});

Deno.test("a fault of ours is a stack trace and status 1", async () => {
  const host = new FakeHost();
  await runMain("p", () => Promise.reject(new TypeError("oops")), host);
  assertEquals(host.statuses, [EXIT.internal]);
  assertMatch(host.stderr.text, /^p: internal error, please report it\nTypeError: oops\n +at /);
  assertEquals(explainFailure("p", "a string").status, EXIT.internal);
});

Deno.test("a reader that has gone is no fault; a socket's broken pipe is", () => {
  assertEquals(explainFailure("p", new OutputClosedError()), { status: EXIT.ok, words: "" });
  assertEquals(explainFailure("p", new Deno.errors.BrokenPipe()).status, EXIT.internal);
});

Deno.test("what nobody catches ends the program, once", async () => {
  const host = new FakeHost();
  const running = Promise.withResolvers<number>();
  const ended = runMain("p", () => running.promise, host);
  host.uncaught(new OperatorError(EXIT.resource, "disk full"));
  host.uncaught(new Error("later"));
  running.resolve(0);
  await ended;
  assertEquals([host.statuses, host.stderr.text], [[EXIT.resource], "p: disk full\n"]);
});

Deno.test("what nobody catches halts the process at once, and the end waits for its lines", async () => {
  const host = new FakeHost();
  const order: string[] = [];
  const drained = Promise.withResolvers<void>();
  lastWords.halt = () => order.push(`halted: "${host.stderr.text}"`);
  lastWords.drain = () => drained.promise;
  try {
    const ended = runMain("p", () => Promise.withResolvers<number>().promise, host);
    void ended;
    host.uncaught(new OperatorError(EXIT.resource, "disk full"));
    assertEquals([order, host.statuses], [['halted: ""'], []]);
    drained.resolve();
    await drained.promise;
    await Promise.resolve();
    await Promise.resolve();
    assertEquals([host.stderr.text, host.statuses], ["p: disk full\n", [EXIT.resource]]);
  } finally {
    lastWords.halt = lastWords.drain = undefined;
  }
});

Deno.test("real processes: statuses, streams, uncaught errors, a closed pipe", async () => {
  const run = async (body: string) => {
    const url = (path: string) => new URL(`../../${path}`, import.meta.url).href;
    const source = `
      import { runMain } from "${url("cli/exit.ts")}";
      import { writeText } from "${url("cli/output.ts")}";
      import { OperatorError } from "${url("lib/wire/operator_error.ts")}";
      await runMain("p", async () => { ${body} });`;
    const command = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", source],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    return await command.output();
  };
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const large = await run(`writeText(Deno.stdout, "x".repeat(1 << 20)); return 5;`);
  assertEquals([large.code, large.stdout.length, decode(large.stderr)], [5, 1 << 20, ""]);
  const stray = await run(`
    Promise.reject(new OperatorError(4, "port taken", "listen"));
    return await new Promise(() => setInterval(() => {}, 1000));`);
  assertEquals([stray.code, decode(stray.stderr)], [4, "p: listen: port taken\n"]);
  const crash = await run(`setTimeout(() => { throw new Error("oops") }, 0);
    return await new Promise(() => {});`);
  assertEquals(crash.code, 1);
  assert(decode(crash.stderr).startsWith("p: internal error"), decode(crash.stderr));
});

Deno.test("a process whose reader leaves ends quietly with status 0", async () => {
  const url = (path: string) => new URL(`../../${path}`, import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--quiet",
      `import { runMain } from "${url("cli/exit.ts")}";
       import { writeText } from "${url("cli/output.ts")}";
       await runMain("p", async () => { for (;;) writeText(Deno.stdout, "line\\n"); });`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const stderr = await new Response(child.stderr).text();
  assertEquals([(await child.status).code, stderr], [0, ""]);
});
