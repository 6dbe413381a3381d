import { assert, assertEquals } from "@std/assert";
import { isRejection } from "../../lib/core/rejection.ts";
import type { MessageId } from "../../lib/core/types.ts";
import { messageId } from "../../lib/crypto/hash.ts";
import { decodeMessage } from "../../lib/wire/codec.ts";
import type { Prng } from "../../lib/sim/prng.ts";
import { HostilePeer } from "./harness.ts";
import { Schedule, seeds, withSeed } from "./schedules.ts";

const INSTANCE = 1n;

/** An acceptor that signs anything at all, and says different things to different peers. */
class Liar {
  readonly #prng: Prng;
  readonly #peers: readonly HostilePeer[];
  readonly #own: MessageId[] = [];
  /** How many messages of each peer's have been looked at. */
  readonly #read: number[];
  readonly #heard: MessageId[] = [];
  readonly #proposals: MessageId[] = [];

  constructor(prng: Prng, peers: readonly HostilePeer[]) {
    this.#prng = prng;
    this.#peers = peers;
    this.#read = peers.map(() => 0);
  }

  /** Signs something about what it has heard, and tells it to some. */
  async lie(): Promise<void> {
    this.#peers.forEach((peer, i) => {
      for (const message of peer.messages.slice(this.#read[i])) {
        this.#read[i]!++;
        const wire = decodeMessage(message, peer.configuration.limits);
        if (isRejection(wire)) throw new Error(wire.detail);
        const list = wire.kind === "1a" ? this.#proposals : this.#heard;
        list.push(messageId(peer.configuration.digest.whole, wire));
      }
    });
    const { prev, refs } = this.#invent();
    if (refs.length === 0) return;
    const { id, message } = this.#peers[0]!.signed({ instance: INSTANCE, prev, refs });
    this.#own.push(id);
    await Promise.all(this.#prng.some(this.#peers, 0.6).map((peer) => peer.send(message)));
  }

  /** A vote that forgets what it has said before, one that does not, or anything. */
  #invent(): { prev: MessageId | undefined; refs: MessageId[] } {
    const prev = this.#prng.pick(this.#own.slice(-3));
    const recent = this.#heard.slice(-8);
    switch (this.#prng.below(3)) {
      case 0:
        return { prev: undefined, refs: this.#prng.shuffled(this.#proposals).slice(0, 1) };
      case 1:
        return { prev, refs: [...recent, ...this.#prng.some(this.#proposals.slice(-1), 0.3)] };
      default:
        return {
          prev: this.#prng.chance(0.5) ? prev : undefined,
          refs: this.#prng.some([...recent, ...this.#proposals], 0.4),
        };
    }
  }
}

async function runLiar(
  seed: number,
): Promise<{ readonly caught: boolean; readonly codes: string[] }> {
  const schedule = await Schedule.make({ seed, acceptors: ["Alice", "Bob", "Carol"] });
  const { cluster, prng, proposers } = schedule;
  const disagreements: bigint[] = [];
  for (const { node } of cluster.processes) {
    node.observe({ disagreement: (instance) => disagreements.push(instance) });
  }
  const peers = cluster.processes.map((process) => new HostilePeer(cluster, process, "Dave"));
  for (const peer of peers) await peer.greet();
  for (const proposer of proposers) {
    cluster.clock.after(prng.between(0, 1_000), () => {
      cluster.propose(proposer, INSTANCE, proposer.name);
    });
  }
  const liar = new Liar(prng, peers);
  let lying = true;
  const lie = () => {
    if (!lying) return;
    void liar.lie();
    cluster.clock.after(prng.between(5, 60), lie);
  };
  lie();
  await schedule.endure();
  await cluster.agree(INSTANCE);
  await cluster.clock.advance(2_000);
  lying = false;
  await cluster.agree(INSTANCE);
  assertEquals(disagreements, []);
  for (const { journal, estranged } of cluster.processes) {
    assertEquals(journal.evidence().filter(({ acceptor }) => acceptor !== "Dave"), []);
    assertEquals(estranged, []);
  }
  for (const peer of peers) peer.hangUp();
  await cluster.stop();
  const codes = cluster.processes.flatMap(({ node }) => [...node.rejections.keys()]);
  return { caught: cluster.processes.some(({ journal }) => journal.evidence().length > 0), codes };
}

Deno.test("one liar of four acceptors keeps nobody from deciding, nor makes two decide", async () => {
  let caught = 0;
  const codes = new Set<string>();
  for (const seed of seeds(30)) {
    await withSeed(seed, "byzantine_property_test.ts", async () => {
      const result = await runLiar(seed);
      if (result.caught) caught++;
      for (const code of result.codes) codes.add(code);
    });
  }
  console.log(`    caught in ${caught} runs; refused for ${[...codes].toSorted().join(", ")}`);
  if (Deno.env.get("HETPAXOS_SEED") !== undefined) return;
  assert(caught > 20, "the liar hardly lied");
  for (const code of ["BAD_1B", "BAD_2A", "BAD_PREV"]) assert(codes.has(code), `no ${code}`);
});
