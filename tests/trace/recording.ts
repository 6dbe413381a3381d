/**
 * Records random histories: acceptors and an observer that hear an oracle's world and each other,
 * under tight limits, with clocks that are early, votes taken back, and instances that leave memory.
 *
 * @module
 */

import { fullSet } from "../../lib/core/acceptor_set.ts";
import type { CoreContext, CoreLimits, Effect, Input } from "../../lib/core/instance.ts";
import { type InstanceState, newInstance, step } from "../../lib/core/instance.ts";
import { type LearnerGraph, makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { newProposer, type ProposerState, stepProposer } from "../../lib/core/proposer.ts";
import { addMs, type Message, type Timestamp } from "../../lib/core/types.ts";
import { hashOf, identify, proposalOf } from "../../lib/sim/ids.ts";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { type ProposerStep, TraceWriter } from "../../lib/trace/writer.ts";
import { makeWorld } from "../oracle/world.ts";

/** What a line of a recording was made from. */
export type Told =
  | { readonly kind: "header"; readonly context: CoreContext }
  | { readonly kind: "open" | "close" }
  | { readonly kind: "step"; readonly input: Input; readonly effects: readonly Effect[] }
  | { readonly kind: "propose"; readonly step: ProposerStep };

/** A line and what it was made from. */
export interface Recorded {
  readonly node: string;
  readonly text: string;
  readonly told: Told;
}

const INSTANCE = 2n ** 63n;

const SETTINGS = { backoffMsMin: 100, backoffMsMax: 2_000 };

/** A node that is recorded. */
class Actor {
  readonly name: string;
  readonly pool: Message[];
  readonly #context: CoreContext;
  readonly #writer: TraceWriter;
  readonly #recorded: Recorded[];
  readonly #proposer: ProposerState;
  #state!: InstanceState;
  #told: Told;

  constructor(name: string, context: CoreContext, pool: Message[], recorded: Recorded[]) {
    this.name = name;
    this.pool = pool;
    this.#context = context;
    this.#recorded = recorded;
    this.#proposer = newProposer(hashOf("white"), fullSet(context.graph.learnerCount), 0);
    this.#told = { kind: "header", context };
    this.#writer = new TraceWriter(name, context, (text) => {
      recorded.push({ node: name, text, told: this.#told });
    });
    this.#open("votes");
  }

  #open(standing: "asks" | "votes"): void {
    this.#state = newInstance(this.#context, identify, standing);
    this.#told = { kind: "open" };
    this.#writer.open(INSTANCE, standing);
  }

  input(input: Input): void {
    const effects = step(this.#context, this.#state, input);
    this.#told = { kind: "step", input, effects };
    this.#writer.step(INSTANCE, input, effects);
    for (const effect of effects) {
      if (effect.kind === "send") this.pool.push(effect.entry.message);
    }
  }

  propose(now: Timestamp, entropy: number): void {
    const before = { ...this.#proposer };
    const { graph } = this.#context;
    const effects = stepProposer(graph, this.#state, this.#proposer, SETTINGS, now, entropy);
    const made = { before, settings: SETTINGS, now, entropy, effects };
    this.#told = { kind: "propose", step: made };
    this.#writer.propose(INSTANCE, made);
    for (const effect of effects) {
      if (effect.kind === "propose") this.pool.push(proposalOf(effect.ballot));
    }
  }

  /** Leaves memory and comes back, maybe without its latest messages. */
  reload(now: Timestamp, forgotten: number): void {
    const known = [...this.#state.dag.values()].map(({ message }) => message);
    this.#told = { kind: "close" };
    this.#writer.close(INSTANCE);
    this.#open("asks");
    for (const message of known.slice(0, known.length - forgotten)) {
      this.input({ kind: "restore", message, now });
    }
    this.input({ kind: "vote", allowed: true, now });
  }
}

/** Records the history of a seed. */
export function record(seed: number): Recorded[] {
  const prng = makePrng(seed);
  const { spec, cases } = makeWorld(seed);
  const graph: LearnerGraph = makeLearnerGraph(spec);
  const limits: CoreLimits = {
    inboxRefsPerPeerMax: prng.pick([8, 30, 10_000])!,
    inboxWaitMsMax: 3_000,
    futureProposalsMax: 2,
    clockSkewMsMax: 2_000,
  };
  const pool = cases.map(({ message }) => message);
  const recorded: Recorded[] = [];
  const actors = [...spec.acceptors.keys(), undefined].map((self) =>
    new Actor(
      self === undefined ? "observer" : spec.acceptors[self]!,
      { graph, limits, self },
      pool,
      recorded,
    )
  );
  let now: Timestamp = { seconds: 0, nanos: 0 };
  for (let i = 0; i < 60 * actors.length; i++) {
    now = addMs(now, prng.below(100));
    act(prng, prng.pick(actors)!, now, i / actors.length);
  }
  return recorded;
}

/** @param reached How far through the world the network has come, about. */
function act(prng: Prng, actor: Actor, now: Timestamp, reached: number): void {
  const choice = prng.below(100);
  if (choice < 3) actor.reload(now, prng.pick([0, 0, 1, 3])!);
  else if (choice < 6) actor.input({ kind: "vote", allowed: prng.chance(0.7), now });
  else if (choice < 12) actor.input({ kind: "tick", now });
  else if (choice < 20) actor.propose(now, prng.next() / 2 ** 32);
  else {
    const { pool } = actor;
    const index = prng.chance(0.7) ? Math.floor(reached) + prng.below(8) : prng.below(pool.length);
    const message = pool[Math.min(index, pool.length - 1)]!;
    actor.input({ kind: "message", message, source: prng.pick(["", "peer", "other"])!, now });
  }
}

/** Runs `HETPAXOS_SEED` alone if it is set, else the first `count` seeds. */
export function forEachSeed(count: number, file: string, run: (seed: number) => void): void {
  const only = Deno.env.get("HETPAXOS_SEED");
  const first = only === undefined ? 1 : Number(only);
  const last = only === undefined ? count : first;
  for (let seed = first; seed <= last; seed++) {
    try {
      run(seed);
    } catch (error) {
      const command = `HETPAXOS_SEED=${seed} deno task test tests/trace/${file}`;
      throw new Error(`repeat with: ${command}`, { cause: error });
    }
  }
}
