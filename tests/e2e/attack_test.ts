/**
 * Real processes under attack, and a first proposer that falls silent: what proposals take then, against what
 * they take without.
 *
 * @module
 */

import { assert, assertLessOrEqual } from "@std/assert";
import { attack, percentile, type Spell } from "./attack.ts";
import { Cluster } from "./cluster.ts";
import { e2e } from "./stage.ts";

/** What is promised: so many times as long as without. */
const TIMES = 10;

/** Of so short a time as this a single turn of a busy machine may be the longest, in milliseconds. */
const JITTER_MS = 200;

/** `deno task bench attack --seconds 60` is the long form. */
const FOR_MS = 4_000;

/** Proposals in which the first proposer falls silent, and before that as many in which none does. */
const INSTANCES = 20;

function tell(what: string, spell: Pick<Spell, "latenciesMs">): void {
  const [p50, p99] = [0.5, 0.99].map((part) => percentile(spell, part).toFixed(0));
  console.log(`    ${what}: ${spell.latenciesMs.length} decided, p50 ${p50} ms, p99 ${p99} ms`);
}

Deno.test(e2e(
  import.meta.url,
  "a member that outdoes each ballot that it sees and a client that streams ballots cost proposals little",
  async (stage) => {
    const options = { forMs: FOR_MS, inFlight: 1, ballotsPerSecond: 100 };
    // Each proposal that is counted was decided: else its call fails, and the test.
    const { before, during, ballots } = await attack(stage, options);
    tell("without", before);
    tell(`with ${ballots.join(" and ")} hostile ballots`, during);
    for (const count of ballots) assert(count >= 100, `only ${count} hostile ballots`);
    assertLessOrEqual(
      percentile(during, 0.99),
      TIMES * Math.max(JITTER_MS, percentile(before, 0.99)),
    );
  },
));

Deno.test(e2e(
  import.meta.url,
  "a first proposer that falls silent costs the second one no time",
  async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 1 });
    const alice = (await cluster.acceptors()).get("Alice")!;
    const value = (name: string) => new TextEncoder().encode(name);
    /** What Bob's proposals take; Alice's come before them if she falls silent. */
    const spell = async (isSilent: boolean, from: number): Promise<Pick<Spell, "latenciesMs">> => {
      const latenciesMs: number[] = [];
      await cluster.call(
        "Alice",
        "client_0",
        (hers) =>
          cluster.call("Bob", "client_0", async (his, signal) => {
            for (let i = 0; i < INSTANCES; i++) {
              const instance = BigInt(from + i);
              const first = isSilent && hers.propose({ instance, value: value("hers") }, signal);
              // It falls silent before its ballot, amid it, or after it, as it happens.
              for (let turns = 0; turns < i; turns++) await new Promise((go) => setTimeout(go, 0));
              if (isSilent) alice.kill("SIGSTOP");
              const beginMs = performance.now();
              await his.propose({ instance, value: value("his") }, signal);
              latenciesMs.push(performance.now() - beginMs);
              if (isSilent) alice.kill("SIGCONT");
              await first;
            }
          }),
      );
      return { latenciesMs: latenciesMs.sort((a, b) => a - b) };
    };
    await spell(false, 0);
    const without = await spell(false, 100);
    const silent = await spell(true, 200);
    tell("without", without);
    tell("after a silent first proposer", silent);
    assertLessOrEqual(
      percentile(silent, 0.99),
      TIMES * Math.max(JITTER_MS, percentile(without, 0.99)),
    );
  },
));
