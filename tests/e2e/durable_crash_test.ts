/**
 * Acceptors are killed at random, again and again, while instances are decided: no decision is lost
 * or changed, and nobody equivocates. `deno task crash` kills ten times as many.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { Durable } from "./durable.ts";
import { type Decided, Load, printsAll, tellsOf } from "./load.ts";
import { e2e } from "./stage.ts";

const KILLS = Number(Deno.env.get("HETPAXOS_CRASH_KILLS") ?? 100);
const SEED = Number(Deno.env.get("HETPAXOS_CRASH_SEED") ?? Math.floor(Math.random() * 2 ** 32));
const REPEAT = `HETPAXOS_CRASH_KILLS=${KILLS} HETPAXOS_CRASH_SEED=${SEED} `;

/** Once in so many strikes, two or three acceptors are killed together: nothing can be decided. */
const TOGETHER_EVERY = 12;

/** One strike in so many is told. */
const STRIKES_TOLD = 50;

/** How far the victims are up when the next are struck. */
const STAGES = ["voting", "voting", "listening", "starting", "starting"] as const;

/** Strikes once; settles when the victims are up again, as far as chance will have it. */
async function strike(durable: Durable, prng: Prng): Promise<void> {
  const count = prng.below(TOGETHER_EVERY) === 0 ? prng.between(2, 3) : 1;
  const victims = prng.shuffled(durable.names).slice(0, count);
  const stage = prng.pick(STAGES)!;
  await Promise.all(victims.map((name) => durable.kill(name)));
  for (const name of victims) durable.start(name);
  if (stage === "voting") await Promise.all(victims.map((name) => durable.votes(name)));
  if (stage === "listening") await Promise.all(victims.map((name) => durable.listens(name)));
}

/** Kills everybody at once, and compares what all of them still know with what was answered. */
async function compare(durable: Durable, answered: Decided): Promise<Decided> {
  await Promise.all(durable.names.map((name) => durable.kill(name)));
  await durable.startAll();
  const told = await Promise.all(durable.names.map((name) => tellsOf(durable, name, answered)));
  const all: Decided = new Map();
  for (const decided of told) {
    for (const [instance, hash] of decided) {
      assertEquals(all.get(instance) ?? hash, hash, `instance ${instance}`);
      all.set(instance, hash);
    }
  }
  return all;
}

Deno.test(e2e(
  import.meta.url,
  "acceptors killed at random lose and change no decision, and are never caught",
  async (stage) => {
    console.log(`To repeat: ${REPEAT}deno task test tests/e2e/durable_crash_test.ts`);
    const prng = makePrng(SEED);
    const durable = await Durable.make(stage);
    await durable.startAll();
    const learner = stage.start("learner", ["--all", durable.cluster.file("client_2")]);
    const load = await Load.start(durable, { concurrency: 2 });
    const startMs = performance.now();
    let strikes = 0;
    while (durable.kills < KILLS) {
      await load.more(prng.below(6));
      await strike(durable, prng);
      if (++strikes % STRIKES_TOLD === 0) console.log(`${durable.kills} of ${KILLS} kills`);
    }
    const seconds = (performance.now() - startMs) / 1000;
    const { kills, starts } = durable;
    const answered = new Map(await load.stop());
    const all = await compare(durable, answered);
    assertEquals(all.size, answered.size, "every instance that was proposed is decided");
    await printsAll(learner, all);
    await durable.assertNobodyCaught();
    console.log(
      `${kills} kills in ${seconds.toFixed(1)} s (${(kills / seconds).toFixed(2)} a second), ` +
        `${starts} starts, ${all.size} decisions, ${load.failures} calls cut off`,
    );
  },
  { patienceMs: 60_000 + KILLS * 4_000, repeat: REPEAT },
));
