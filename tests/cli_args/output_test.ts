import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  escapeText,
  makeOutput,
  OutputClosedError,
  toJsonLine,
  writeText,
} from "../../cli/output.ts";
import { printable } from "../../lib/wire/printable.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { hasColours } from "../../cli/terminal.ts";
import { MemorySink } from "./memory_sink.ts";

const NEITHER = { json: false, text: false };
const RECORD = { event: "decided", instance: 7n, learner: "Eve\x1b[2J", gone: undefined };
const SPANS = ["decided ", { paint: "green", text: "Eve\x1b[2J" }] as const;
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("a terminal gets text in colours, a pipe gets JSON", () => {
  const terminal = new MemorySink(true);
  makeOutput(NEITHER, terminal, hasColours(terminal, false, "xterm")).emit(RECORD, SPANS);
  assertEquals(terminal.text, "decided \x1b[32mEve\\u{1b}[2J\x1b[0m\n");
  const pipe = new MemorySink(false);
  makeOutput(NEITHER, pipe, hasColours(pipe, false, "xterm")).emit(RECORD, SPANS);
  assertEquals(
    pipe.text,
    '{"event":"decided","instance":"7","learner":"Eve\\u001b[2J"}\n',
  );
});

Deno.test("flags choose the form; NO_COLOR, dumb terminals and pipes get no colours", () => {
  const plain = "decided Eve\\u{1b}[2J\n";
  for (const [noColor, term] of [[true, "xterm"], [false, "dumb"]] as const) {
    const terminal = new MemorySink(true);
    makeOutput(NEITHER, terminal, hasColours(terminal, noColor, term)).emit(RECORD, SPANS);
    assertEquals(terminal.text, plain);
  }
  const pipe = new MemorySink(false);
  const output = makeOutput({ json: false, text: true }, pipe);
  output.emit(RECORD, SPANS);
  output.emit(RECORD);
  assertEquals([output.format, pipe.text], ["text", plain]);
  const json = new MemorySink(true);
  const lines = makeOutput({ json: true, text: false }, json);
  lines.emit({ event: "a" }, SPANS);
  lines.say(SPANS);
  assertEquals(json.text, '{"event":"a"}\n');
});

Deno.test("bytes are shown as text only if every character is visible", () => {
  assertEquals(printable(encode("grüße, 世界 🙂")), { text: "grüße, 世界 🙂" });
  assertEquals(printable(new Uint8Array()), { text: "" });
  for (
    const hostile of [
      "\x1b[2J",
      "\x07",
      "\u009b2J", // the one-byte form of ESC [
      "a\nb",
      "a\rb",
      "\x7f",
      "\u202egnp.exe",
      "\u2028",
      "\ufeffa",
      "\ue000",
    ]
  ) {
    assert("hex" in printable(encode(hostile)), escape(hostile));
    assert(!/[\p{C}]/u.test(escapeText(hostile)));
  }
  assertEquals(printable(Uint8Array.of(0xff, 0x00)), { hex: "ff00" });
});

Deno.test("no text or record whatever can reach a terminal raw", () => {
  const raw = /[^\P{C}\n]|[\u2028\u2029]/u;
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert(!raw.test(escapeText(text)));
    const line = toJsonLine({ [text]: text });
    assert(!raw.test(line) && !line.includes("\n"));
    assertEquals(JSON.parse(line), { [text]: text });
  }));
});

Deno.test("all of a text is written, however little the sink takes", () => {
  const sink = new MemorySink(false, 3);
  writeText(sink, "a long text: ü");
  assertEquals(sink.text, "a long text: ü");
});

Deno.test("a full sink is waited for, a closed one is told apart from other faults", () => {
  const sink = new MemorySink();
  const faults = [new Deno.errors.WouldBlock(), new Deno.errors.WouldBlock()];
  const fail = (error: Error | undefined) => {
    if (error !== undefined) throw error;
  };
  const full = {
    isTerminal: () => false,
    writeSync: (bytes: Uint8Array) => (fail(faults.pop()), sink.writeSync(bytes)),
  };
  writeText(full, "x");
  assertEquals(sink.text, "x");
  const broken = (error: Error) => ({ isTerminal: () => false, writeSync: () => (fail(error), 0) });
  assertThrows(() => writeText(broken(new Deno.errors.BrokenPipe()), "x"), OutputClosedError);
  assertThrows(() => writeText(broken(new RangeError("disk")), "x"), RangeError);
  const disk = Object.assign(new Error("No space left (os error 28)"), { code: "ENOSPC" });
  const error = assertThrows(() => writeText(broken(disk), "x"), OperatorError);
  assertEquals(error.exitStatus, EXIT.resource);
  assertEquals(
    error.message,
    "standard output: cannot be written: the disk is full; make room",
  );
});
