import { assertEquals } from "@std/assert";
import { Tempo } from "../../lib/node/tempo.ts";
import { makeTestConfigurations, TestCluster } from "./harness.ts";

const PACE = { backoffMsMin: 200, backoffMsMax: 10_000, clockSkewMsMax: 500 };

function decidedIn(tempo: Tempo, ms: number, times = 1): void {
  const begin = { seconds: 100, nanos: 0 };
  const end = { seconds: 100 + Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
  for (let i = 0; i < times; i++) tempo.decided(begin, end, PACE);
}

Deno.test("a proposer is as patient as decisions are slow, and no more", () => {
  const tempo = new Tempo();
  assertEquals(tempo.of(PACE), PACE);
  decidedIn(tempo, 20, 100);
  assertEquals(tempo.of(PACE), PACE);
  decidedIn(tempo, 500, 100);
  assertEquals(tempo.of(PACE), { ...PACE, backoffMsMin: 2_000 });
  decidedIn(tempo, 60_000, 100);
  assertEquals(tempo.of(PACE), { ...PACE, backoffMsMin: 10_000 });
  decidedIn(tempo, 20, 200);
  assertEquals(tempo.of(PACE), PACE);
});

Deno.test("a load that comes suddenly is noticed by its first decisions, one that was cut off is not", () => {
  const tempo = new Tempo();
  decidedIn(tempo, 20, 100);
  decidedIn(tempo, 800, 2);
  assertEquals(tempo.of(PACE), { ...PACE, backoffMsMin: 2_420 });
  const other = new Tempo();
  decidedIn(other, 20, 100);
  decidedIn(other, 3_600_000);
  assertEquals(other.of(PACE), { ...PACE, backoffMsMin: 2_040 });
});

Deno.test("windows are what all proposers have agreed on, however slow decisions are", () => {
  const tempo = new Tempo();
  decidedIn(tempo, 5_000, 10);
  const windows = { members: 3, position: 1, windowMsMin: 100, clockSkewMsMax: 500 };
  assertEquals(tempo.of(windows), windows);
});

Deno.test("in windows only our own ballots tell how long one takes", async () => {
  const cluster = new TestCluster(await makeTestConfigurations());
  const traces = new Map<string, string[]>();
  for (const { name } of cluster.configurations[0]!.acceptors) {
    const lines: string[] = [];
    traces.set(name, lines);
    cluster.join(cluster.add(name, { trace: (line) => lines.push(line) }));
  }
  cluster.delayMs = () => 8;
  await cluster.clock.advance(100);
  const [alice, bob] = cluster.acceptors;
  for (let instance = 1n; instance <= 9n; instance++) {
    cluster.propose(alice!, instance, "first");
    // Bob has heard of it, waits, and is told.
    await cluster.clock.advance(9);
    cluster.propose(bob!, instance, "second");
    await cluster.agree(instance);
  }
  const roundMs = (name: string) => {
    const looks = traces.get(name)!.map((line) => JSON.parse(line))
      .filter(({ proposer }) => proposer !== undefined);
    return looks.at(-1).settings.roundMs;
  };
  // Three delays, twice.
  assertEquals([roundMs("Alice"), roundMs("Bob")], [48, 100]);
  await cluster.stop();
});
