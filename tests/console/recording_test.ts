import { assert, assertEquals, assertThrows } from "@std/assert";
import { Recording } from "../../lib/console/recording.ts";
import { STORIES } from "../../lib/console/stories.ts";
import { details, standings } from "../../lib/console/telling.ts";
import { Weave } from "../../lib/console/weave.ts";
import { traceOf } from "../../lib/explore/recorded.ts";
import { TraceError } from "../../lib/trace/field.ts";
import { recordedLines } from "./stage.ts";

function recorded(lines: readonly string[]): Recording {
  const recording = new Recording();
  for (const line of lines) recording.take(line);
  return recording;
}

function observed(lines: readonly string[]) {
  const { context, instances } = recorded(lines).nodes.get("observer")!;
  return { graph: context.graph, instance: instances.get(0n)! };
}

const FOUR = { acceptors: ["A", "B", "C", "D"], learners: ["Eve"], ballots: 5 };

Deno.test("every story comes to what it tells", () => {
  const says: string[][] = [];
  for (const { script } of STORIES) {
    const { graph, instance } = observed(traceOf(script));
    const caught = instance.caught.map(({ acceptor }) =>
      `caught ${graph.spec.acceptors[acceptor]}`
    );
    const all = standings(graph, instance, instance.steps, (hash) => hash, { unable: new Map() });
    says.push([...all.map(({ sentences }) => sentences[0]!.cause), ...caught]);
  }
  assertEquals(says, [["decided"], ["decided", "decided"], ["decided", "caught Dave"]]);
});

Deno.test("the state after some steps is the same, whichever way one comes to it", () => {
  const lines = recordedLines(FOUR);
  const { instance } = observed(lines);
  const at = (steps: number) => {
    const { dag, learner } = instance.stateAfter(steps);
    return [dag.size, learner.decisions[0]!.length];
  };
  const there = Array.from({ length: instance.steps + 1 }, (_, steps) => at(steps));
  const back = Array.from({ length: instance.steps + 1 }, (_, i) => at(instance.steps - i));
  assertEquals(there, back.toReversed());
  assertEquals(there[0], [0, 0]);
  assertEquals(there.at(-1), [instance.known.length, 1]);
  for (const [steps, [known]] of there.entries()) assertEquals(instance.knownAfter(steps), known);
});

Deno.test("an instance that is opened again begins anew; what is closed stays to be looked at", () => {
  const lines = recordedLines({ ...FOUR, ballots: 1 });
  const steps = lines.length - 2;
  const close = `{"node":"observer","instance":"0","step":${steps},"close":true}`;
  const closed = recorded([...lines, close]).nodes.get("observer")!.instances.get(0n)!;
  assertEquals(closed.steps, steps);
  const again = recorded([...lines, close, lines[1]!]).nodes.get("observer")!.instances.get(0n)!;
  assertEquals([again.steps, again.known.length], [0, 0]);
});

Deno.test("what is no trace is refused with its line", () => {
  const lines = recordedLines({ ...FOUR, ballots: 1 });
  const message = (...lines: string[]) => {
    const error = assertThrows(() => recorded(lines), TraceError);
    return error.message;
  };
  assert(message("{}").startsWith("line 1: "));
  assert(message(lines[1]!).startsWith("line 1: $.node: no header of observer"));
  assert(message(lines[0]!, lines[2]!).startsWith("line 2: $.instance: instance 0 of observer"));
});

Deno.test("a message is right of all it refers to, alone in its place, and stays there", () => {
  for (const lines of [recordedLines(FOUR), ...STORIES.map(({ script }) => traceOf(script))]) {
    const { instance } = observed(lines);
    const [whole, growing] = [new Weave(), new Weave()];
    whole.take(instance.known);
    for (const { place } of instance.known) growing.take(instance.known.slice(0, place + 1));
    assertEquals(growing.columns.length, whole.columns.length);
    const spots = new Set<string>();
    for (const [i, { column, lane, branch, refs, prev }] of whole.placed.entries()) {
      const other = growing.placed[i]!;
      assertEquals([other.column, other.lane, other.branch], [column, lane, branch]);
      for (const ref of [...refs, ...(prev === undefined ? [] : [prev])]) {
        assert(ref.column < column);
      }
      spots.add(`${column} ${lane} ${branch}`);
    }
    assertEquals(spots.size, instance.known.length);
  }
});

Deno.test("three message delays: the 2as of a ballot are two columns after its 1a", () => {
  const { instance } = observed(recordedLines({ ...FOUR, ballots: 1 }));
  const weave = new Weave();
  weave.take(instance.known);
  const columns = weave.placed.map(({ column, known }) => [known.entry.facts.kind, column]);
  assertEquals(new Set(columns.map((each) => each.join(" "))), new Set(["1a 0", "1b 1", "2a 2"]));
});

Deno.test("a message is told with what it rests on", () => {
  const { graph, instance } = observed(traceOf(STORIES[0]!.script));
  const last = instance.known.findLast(({ entry }) => entry.facts.kind === "2a")!;
  const told = new Map(details(graph, last.entry, () => "blue"));
  assertEquals(told.get("message"), "2a for Eve");
  assertEquals(told.get("ballot"), "00:00:01.000 with blue");
  assertEquals(told.get("fresh 1bs for Eve")!.split(", ").length >= 3, true);
});
