import { assert, assertEquals } from "@std/assert";
import { Author, HostilePeer, logOf } from "./harness.ts";
import { Schedule, seeds, withSeed } from "./schedules.ts";

const HOUR_MS = 3_600_000;
const INSTANCES = [1n, 2n, 3n];

/** What came of a run. */
interface Outcome {
  /** By process: what it delivered and sent, in order. */
  readonly logs: readonly (readonly string[])[];
  readonly decisions: readonly string[];
  readonly evidence: readonly string[];
  /** How often an instance was seen to be in a journal and not in memory. */
  readonly absent: number;
}

/** A schedule in which ballots come now and then, and a fourth acceptor equivocates. */
async function run(seed: number, instanceIdleMs: number): Promise<Outcome> {
  const acceptors = ["Alice", "Bob", "Carol"];
  const limits = { instanceIdleMs };
  const schedule = await Schedule.make({ seed, acceptors, limits, troubleMs: 20_000 });
  const { cluster, prng, proposers } = schedule;
  const speakers = cluster.acceptors.map((process) => new HostilePeer(cluster, process, "Dave"));
  for (const speaker of speakers) await speaker.greet();
  const author = new Author(cluster, "Dave");
  let absent = 0;
  for (let atMs = 0; atMs < 20_000; atMs += 250) {
    cluster.clock.after(atMs, () => {
      for (const { node } of cluster.processes) {
        for (const instance of INSTANCES) {
          const isKept = node.ledger.journal.hasInstance(instance);
          if (isKept && node.instances.get(instance) === undefined) absent++;
        }
      }
    });
  }
  for (const instance of INSTANCES) {
    for (const proposer of proposers) {
      cluster.clock.after(prng.between(0, 15_000), () => {
        cluster.propose(proposer, instance, `${proposer.name} ${instance}`);
      });
    }
    for (let i = 0; i < 4; i++) {
      cluster.clock.after(prng.between(0, 19_000), () => {
        const proposal = author.proposal({ instance, value: `Dave ${instance} ${i}` });
        const vote = author.signed({ instance, refs: [proposal.id] });
        void prng.pick(speakers)!.send(proposal, vote);
      });
    }
  }
  await schedule.endure();
  for (const instance of INSTANCES) await cluster.agree(instance);
  await cluster.clock.advance(30_000);
  const outcome = {
    logs: cluster.processes.map((process) => logOf(process).map(({ id }) => id)),
    decisions: INSTANCES.flatMap((instance) => cluster.decided(cluster.processes[0]!, instance)),
    evidence: cluster.processes.flatMap(({ journal }) =>
      journal.evidence().map(({ acceptor, first, second }) => `${acceptor} ${first} ${second}`)
    ),
    absent,
  };
  await cluster.stop();
  return outcome;
}

Deno.test("whether instances leave memory or not, the very same messages are sent", async () => {
  let absent = 0, messages = 0, caught = 0;
  for (const seed of seeds(12)) {
    await withSeed(seed, "eviction_property_test.ts", async () => {
      const { absent: gone, ...evicting } = await run(seed, 100);
      const { absent: never, ...keeping } = await run(seed, HOUR_MS);
      assertEquals(evicting, keeping);
      assertEquals(never, 0);
      absent += gone;
      messages += evicting.logs[0]!.length;
      caught += evicting.evidence.length;
    });
  }
  console.log(`    ${messages} messages, ${caught} equivocations, ${absent} times out of memory`);
  if (Deno.env.get("HETPAXOS_SEED") === undefined) assert(absent > 500 && caught > 10);
});
