import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { hashValue } from "../../lib/crypto/hash.ts";
import { turnOf } from "../../lib/node/proposing.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { configurationOf } from "./configurations.ts";
import { logOf, TestCluster, type TestProcess } from "./harness.ts";

const ROTATION = { rotation: ["client_0", "client_1"], windowMsMin: 300 };

/** When a process offered ballots of its own value, in milliseconds of the cluster's time. */
function offeredAt(process: TestProcess, startMs: number): number[] {
  const own = hashValue(new TextEncoder().encode(process.name));
  return logOf(process).flatMap(({ wire }) => {
    if (wire.kind !== "1a" || wire.ballot.valueHash !== own) return [];
    return [wire.ballot.seconds * 1e3 + wire.ballot.nanos / 1e6 - startMs];
  });
}

Deno.test("with a rotation the first ballot comes at once, and then each proposer's in its windows", async () => {
  const cluster = await TestCluster.start({ proposer: ROTATION }, []);
  const [first, second] = ["client_0", "client_1"].map((name) => cluster.add(name));
  const now = cluster.clock.now();
  const startMs = now.seconds * 1e3 + now.nanos / 1e6;
  for (const process of [first!, second!]) {
    cluster.propose(process, 1n, process.name, true);
  }
  await cluster.clock.advance(3_590);
  // Nobody hears of anybody. Windows of 300, 600, 900, ... ms: the second and the fourth are the first
  // proposer's, the third the second's; then there is one for all others, and so on. The fifth is a long one.
  const inSlots = (times: readonly number[]) => times.map((ms) => Math.floor(ms / 10) * 10);
  assertEquals(inSlots(offeredAt(first!, startMs)), [0, 450, 600, 750, 3_370, 3_560]);
  assertEquals(inSlots(offeredAt(second!, startMs)), [0, 1_120, 1_350, 1_570]);
  await cluster.stop();
});

Deno.test("with a rotation a second proposer settles on the first's value, without a ballot too many", async () => {
  const cluster = await TestCluster.start({ proposer: ROTATION });
  const proposers = ["client_1", "client_0"].map((name) => cluster.add(name));
  for (const process of proposers) cluster.join(process);
  await cluster.clock.advance(10);
  const first = cluster.propose(proposers[0]!, 1n, "client_1");
  await cluster.clock.advance(1);
  const second = cluster.propose(proposers[1]!, 1n, "client_0");
  assertEquals(await cluster.agree(1n), ["Eve=client_1"]);
  await cluster.clock.advance(1_000);
  assertEquals([first.decided, second.decided], [true, true]);
  assertEquals(logOf(proposers[0]!).filter(({ wire }) => wire.kind === "1a").length, 1);
  await cluster.stop();
});

Deno.test("a client that is no declared proposer cannot propose, and is told what to do", async () => {
  const cluster = await TestCluster.start({}, []);
  const configuration = configurationOf(cluster.configurations, "client_0");
  const self = { ...configuration.self, proposerIndex: undefined };
  const error = assertThrows(() => turnOf({ ...configuration, self }), OperatorError);
  assertEquals(error.exitStatus, EXIT.configuration);
  assertStringIncludes(error.message, 'proposers: do not name "client_0", so nobody would take');
  await cluster.stop();
});
