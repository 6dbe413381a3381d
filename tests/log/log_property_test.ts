/**
 * The log of one process on random histories, held against the oracle after every step; and what
 * is restored against what was there.
 *
 * `HETPAXOS_SEED=n` runs one history, `HETPAXOS_WORLDS=n` as many.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { randomValidGraph } from "../../lib/sim/graphs.ts";
import { simulatedContext, simulatedSigner } from "../../lib/sim/log/context.ts";
import { certificateFlaw } from "../../lib/log/certificate.ts";
import { admits1a, isSettled, maySign, stepLog, takesPart } from "../../lib/log/log.ts";
import { encodeBatch } from "../../lib/log/record.ts";
import { compacted, restoreLog } from "../../lib/log/restoring.ts";
import {
  canonicalCheckpoint,
  type Checkpoint,
  type LearnerHead,
  type Signed,
} from "../../lib/log/statement.ts";
import {
  type Kept,
  type LogEffect,
  type LogMember,
  type LogState,
  newLogState,
} from "../../lib/log/state.ts";
import type { LogHash } from "../../lib/log/types.ts";
import * as oracle from "./oracle.ts";

const WORLDS = Number(Deno.env.get("HETPAXOS_WORLDS") ?? 40);
const ONLY = Deno.env.get("HETPAXOS_SEED");
const SETTINGS = {
  windowMax: 5,
  spreadMax: 12,
  checkpointEvery: 3,
  clientsMax: 8,
  pipelineMax: 2,
  batchBytesMax: 1_000,
  retain: { entries: 4, bytes: 10_000 },
};

/** One process, all it was told, and what it has done. */
class Run {
  readonly prng: Prng;
  readonly member: LogMember;
  state: LogState;
  readonly seen: oracle.Seen[] = [];
  readonly statements: Signed<Checkpoint>[] = [];
  readonly kept: Kept[] = [];
  readonly own: Signed<Checkpoint>[] = [];
  readonly delivered: string[][][];
  floor = 0;
  /** What this history has shown: each of them must happen in some. */
  readonly marks: Set<string>;
  /** How often others lie of a learner. */
  readonly lying: number;

  constructor(seed: number, marks: Set<string>) {
    this.prng = makePrng(seed);
    this.marks = marks;
    this.lying = this.prng.pick([0.05, 0.05, 0.7])!;
    const graph = randomValidGraph(this.prng);
    const context = simulatedContext(graph, SETTINGS);
    this.member = { context, signer: simulatedSigner(0) };
    this.state = newLogState(context);
    this.delivered = graph.spec.learners.map(() => []);
  }

  take(effects: readonly LogEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === "keep") this.kept.push(effect.record);
      if (effect.kind === "send checkpoint") {
        this.own.push(effect.signed);
        this.statements.push(effect.signed);
      }
      if (effect.kind === "deliver") {
        const { learner, records } = effect.delivery;
        this.delivered[learner]!.push(records.map((each) => `${each.client}/${each.sequence}`));
      }
      if (effect.kind === "forget") {
        this.marks.add("forgets");
        this.floor = effect.below;
      }
    }
  }

  /** An outcome for some learner at a random place, the same at any time it is told. */
  outcome(): void {
    const { prng, member: { context } } = this;
    const learner = prng.below(context.graph.learnerCount);
    const log = this.state.learners[learner]!;
    const instance = Math.max(0, log.prefix + prng.pick([0, 0, 0, 1, 1, 2, 3, 4, 7, -1])!);
    const isOpen = oracle.opens(context, this.seen, this.floor, instance);
    assertEquals(takesPart(this.member, this.state, instance), isOpen);
    const isClosing = (instance * 7 + learner) % 11 === 3;
    const isKnown = this.seen.some((each) =>
      each.learner === learner && each.position === instance
    );
    const value = encodeBatch([instance, instance % 4, instance * 13 % 17].map((n) => ({
      client: `client ${n % 3}`,
      sequence: 1 + n,
      payload: new Uint8Array([n]),
    })));
    const closers = (1n << BigInt(context.graph.acceptorCount)) - 1n;
    this.take(stepLog(
      this.member,
      this.state,
      isClosing
        ? { kind: "shown", learner, instance, shown: { closers, votes: [], caught: 0n } }
        : { kind: "decided", learner, instance, value },
    ));
    if (!isOpen || isKnown) return;
    const outcome = isClosing
      ? { kind: "closed" } as const
      : { kind: "decided", valueHash: context.hashValue(value) } as const;
    this.marks.add(isClosing ? "a closed outcome" : "a decided outcome");
    this.seen.push({
      learner,
      position: instance,
      outcome,
      value: isClosing ? undefined : value,
    });
  }

  /** A statement of somebody else: about what this process has seen, or something else. */
  statement(): void {
    const { prng, member: { context } } = this;
    const { graph } = context;
    const signer = prng.below(graph.acceptorCount);
    if (signer === 0) return;
    const position = 3 * (this.lying > 0.5 ? prng.between(1, 2) : prng.between(1, 6));
    const heads = prng.some(graph.spec.learners.map((_, a) => a), 0.8).flatMap(
      (learner): LearnerHead[] => {
        const lies = prng.chance(this.lying);
        const stand = this.state.learners[learner]!.stands.get(position);
        if (stand?.chain === undefined && !lies) return [];
        const made = (lies ? "ab" : "cd").repeat(32) as LogHash;
        const sessions = stand?.sessions ?? made;
        return [{ learner, chain: lies ? made : stand!.chain!, sessions }];
      },
    );
    if (heads.length === 0) return;
    const statement = { signer, position, heads };
    const bytes = canonicalCheckpoint(context.configDigest, statement);
    const isForged = prng.chance(0.1);
    const signature = simulatedSigner(isForged ? 0 : signer).sign(bytes);
    const signed = { statement, signature };
    const before = this.state.book.size;
    const open = position > this.floor &&
      (oracle.opens(context, this.seen, this.floor, position) ||
        oracle.opens(context, this.seen, this.floor, position - 1));
    this.take(stepLog(this.member, this.state, { kind: "statement", signed }));
    if (isForged || !open) assert(this.state.book.size <= before);
    if (!isForged && open) this.statements.push(signed);
    if (isForged) this.marks.add("a forged statement");
  }

  check(): void {
    const { member, state, seen, floor } = this;
    const { context } = member;
    context.graph.spec.learners.forEach((_, a) => {
      const log = state.learners[a]!;
      assertEquals(log.prefix, oracle.prefix(seen, a));
      assertEquals(log.chain, oracle.chain(context, seen, a, log.prefix));
      assertEquals(
        this.delivered[a],
        oracle.delivered(seen, a, log.prefix).map((each) => [...each]),
      );
    });
    for (let i = 0; i < 16; i++) {
      assertEquals(takesPart(member, state, i), oracle.opens(context, seen, floor, i));
      assertEquals(isSettled(state, i), oracle.settled(context, seen, i));
      const admits = takesPart(member, state, i) && !oracle.settled(context, seen, i);
      assertEquals(admits1a(member, state, i), admits);
      if (i < floor) assertEquals(maySign(member, state, i), false);
    }
    this.#checkStatements();
    this.#checkFloor();
  }

  /** Of each checkpoint and learner whose prefix has reached it there is one statement, and no other. */
  #checkStatements(): void {
    const { context } = this.member;
    const said = new Map<string, string>();
    for (const { statement: { position, heads } } of this.own) {
      for (const { learner, chain } of heads) {
        const place = `${position} ${learner}`;
        assertEquals(chain, oracle.chain(context, this.seen, learner, position));
        said.set(place, chain);
      }
    }
    context.graph.spec.learners.forEach((_, a) => {
      for (let n = 3; n <= oracle.prefix(this.seen, a); n += 3) {
        if (n > this.floor) assert(said.has(`${n} ${a}`), `no statement at ${n} for learner ${a}`);
      }
    });
  }

  #checkFloor(): void {
    const { context } = this.member;
    const isWaitedFor = (a: number) => ((this.state.inaccurate >> BigInt(a)) & 1n) === 0n;
    const fits = (n: number) =>
      context.graph.spec.learners.every((_, a) =>
        !isWaitedFor(a) || (oracle.prefix(this.seen, a) >= n &&
          oracle.certified(
            context,
            this.statements,
            a,
            n,
            oracle.chain(context, this.seen, a, n),
          ))
      );
    if (this.floor > 0) assert(fits(this.floor), "forgot without certificates");
    for (const log of this.state.learners) {
      const { certificate } = log;
      if (certificate === undefined) continue;
      assertEquals(certificateFlaw(context, certificate), undefined);
      assert(oracle.certifies(context, certificate));
    }
  }

  /** The same again from what was kept, and from what stands for it. */
  restart(): void {
    const { member, state } = this;
    const all = restoreLog(member, this.kept);
    const short = restoreLog(member, compacted(state, 0));
    for (const { state: again } of [all, short]) {
      assertEquals(again.floor, state.floor);
      assertEquals([...again.stated], [...state.stated]);
      assertEquals([...again.closings.keys()], [...state.closings.keys()]);
      assertEquals(again.inaccurate, state.inaccurate);
      again.learners.forEach((log, a) => {
        const { prefix, chain, base, retained, retainedChain, sessions, entries } = state
          .learners[a]!;
        assertEquals(
          [log.prefix, log.chain, log.base, log.retained, log.retainedChain],
          [prefix, chain, base, retained, retainedChain],
        );
        assertEquals(log.sessions.encode(), sessions.encode());
        const byPosition = (map: typeof entries) => [...map].sort(([one], [two]) => one - two);
        assertEquals(byPosition(log.entries), byPosition(entries));
      });
    }
    this.state = this.prng.chance(0.5) ? all.state : short.state;
    // What others have said is not kept: it comes again.
    for (const signed of this.statements) {
      this.take(stepLog(member, this.state, { kind: "statement", signed }));
    }
    this.marks.add("a restart");
  }
}

Deno.test("log: prefix, chain, deliveries, statements, window, floor are what section 8 says", () => {
  const marks = new Set<string>();
  const seeds = ONLY === undefined ? Array.from({ length: WORLDS }, (_, i) => i + 1) : [+ONLY];
  for (const seed of seeds) {
    const run = new Run(seed, marks);
    try {
      for (let step = 0; step < 60; step++) {
        const die = run.prng.below(20);
        if (die < 13) run.outcome();
        else if (die < 19) run.statement();
        else run.restart();
        if (step % 3 === 0) run.check();
      }
      run.check();
    } catch (error) {
      throw new Error(`HETPAXOS_SEED=${seed} deno test -P tests/log/log_property_test.ts`, {
        cause: error,
      });
    }
    if (run.state.inaccurate !== 0n) marks.add("a learner proved inaccurate");
    if (run.state.book.lies.length > 0) marks.add("a lie");
  }
  if (ONLY !== undefined) return;
  const wanted = [
    ...["a closed outcome", "a decided outcome", "a forged statement", "a lie", "a restart"],
    ...["a learner proved inaccurate", "forgets"],
  ];
  assertEquals(wanted.filter((mark) => !marks.has(mark)), []);
});
