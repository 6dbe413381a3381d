import { assertEquals, assertStringIncludes } from "@std/assert";
import type { StarvationNews } from "../../lib/node/starvation_watch.ts";
import { printDisagreement, printStarved } from "../../cli/commands/printing.ts";
import { makeOutput } from "../../cli/output.ts";
import type { Disagreement } from "../../lib/core/learner.ts";
import type { MessageId, ValueHash } from "../../lib/core/types.ts";
import type { Node } from "../../lib/node/node.ts";
import { MemorySink } from "./memory_sink.ts";

const FIRST = "1".repeat(64) as ValueHash;
const SECOND = "2".repeat(64) as ValueHash;

/** As much of a node as is printed: two learners, and Dave caught by two messages. */
const NODE = {
  context: { graph: { spec: { acceptors: ["Alice", "Dave"], learners: ["Blue", "Red"] } } },
  ledger: {
    value: (hash: ValueHash) => new TextEncoder().encode(hash === FIRST ? "yes" : "no"),
    journal: { evidence: () => [{ acceptor: "Dave", instance: 7n, first: "aa", second: "bb" }] },
  },
} as unknown as Node;

function disagreement(entangled: boolean): Disagreement {
  const decision = (learner: number, valueHash: ValueHash) => ({
    learner,
    ballot: { seconds: learner, nanos: 0, valueHash, proposer: 0 },
    proposal: "" as MessageId,
    signers: 0b11n,
  });
  return { first: decision(0, FIRST), second: decision(1, SECOND), caught: 0b10n, entangled };
}

function printed(flags: { json: boolean; text: boolean }, entangled: boolean): string {
  const sink = new MemorySink();
  printDisagreement(makeOutput(flags, sink), NODE, 7n, disagreement(entangled));
  return sink.text;
}

Deno.test("decisions that differ are shouted, with who was caught by which messages", () => {
  const text = printed({ json: false, text: true }, true);
  assertStringIncludes(text, "DISAGREEMENT in instance 7: Blue and Red");
  assertStringIncludes(text, "they were to agree");
  assertStringIncludes(text, "Dave by aa and bb");
  assertEquals(text.trimEnd().split("\n").length, 1);
});

Deno.test("decisions that may differ are told too, and why they may", () => {
  const text = printed({ json: false, text: true }, false);
  assertStringIncludes(
    text,
    "no safe set that includes none of the caught demands that they agree",
  );
});

Deno.test("a disagreement is one JSON object in a pipe, with values and evidence", () => {
  const line = JSON.parse(printed({ json: true, text: false }, true));
  assertEquals(line.event, "disagreement");
  assertEquals(line.decisions.map(({ value }: { value: string }) => value), ["yes", "no"]);
  assertEquals(line.caught, ["Dave"]);
  assertEquals(line.evidence, [{ acceptor: "Dave", first: "aa", second: "bb" }]);
});

Deno.test("news of a starved learner is one line, or one JSON object", () => {
  const print = (news: StarvationNews, json: boolean) => {
    const sink = new MemorySink();
    printStarved(makeOutput({ json, text: !json }, sink), 7n, "Blue", news);
    return sink.text;
  };
  const blue = { instance: "7", learner: "Blue" };
  const cases: [StarvationNews, object, string][] = [
    ["starved", { event: "starved", ...blue, forGood: false }, "unless another acceptor is caught"],
    ["starved for good", { event: "starved", ...blue, forGood: true }, "whatever happens"],
    ["freed", { event: "freed", ...blue }, "Blue may decide in instance 7 after all"],
  ];
  for (const [news, object, words] of cases) {
    assertEquals(JSON.parse(print(news, true)), object);
    assertStringIncludes(print(news, false), words);
    assertEquals(print(news, false).trimEnd().split("\n").length, 1);
  }
});
