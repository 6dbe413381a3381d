/**
 * The instances of a node: those in use are in memory, the others in the journal, from which they
 * come back when they are mentioned.
 *
 * @module
 */

import { closeInstance, newInstance, step } from "../core/instance.ts";
import type { CoreContext, Effect, Input } from "../core/instance.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import { reject, type Rejection } from "../core/rejection.ts";
import type { Message, MessageId, Timestamp } from "../core/types.ts";
import { acceptorMessageId } from "../crypto/hash.ts";
import type { Limits } from "../wire/limits.ts";
import { TraceWriter } from "../trace/writer.ts";
import type { Cancel } from "./clock.ts";
import type { Ledger, LedgerRecord } from "./ledger.ts";
import type { Proposing, RunningInstance } from "./node_types.ts";
import type { SteadyClock } from "./steady.ts";
import { Rates } from "./rates.ts";

/** How often unused instances are looked for, in milliseconds. */
const SWEEP_MS = 1_000;

/** Instances looked at to find one that may make room for another. */
const LOOKED_AT_MAX = 16;

/** What {@linkcode Instances} needs to know. */
export interface InstancesOptions {
  /** Shared by all. */
  readonly context: CoreContext;
  /** Of the whole configuration, 32 bytes. */
  readonly configDigest: Uint8Array;
  /** Where they come back from. */
  readonly ledger: Ledger;
  /** How many there may be in memory, how long they stay, how fast they come back. */
  readonly limits: Limits;
  /** Tells how long an instance has been unused, and whether the wall clock has been set back. */
  readonly clock: SteadyClock;
  /** The name for a trace, and who takes its lines; undefined if nobody wants one. */
  readonly trace: { readonly node: string; readonly write: (line: string) => void } | undefined;
}

/** All instances of one node. */
export class Instances {
  /**
   * Told of every step; undefined if nobody wants to know.
   *
   * @internal For proposers.
   */
  readonly trace: TraceWriter | undefined;
  readonly #options: InstancesOptions;
  /** In the order of their last use. */
  readonly #running: Map<bigint, RunningInstance> = new Map();
  /** Likewise, by the peer whose messages opened them. */
  readonly #openedBy: ByOpener = new Map();
  /** Of these, the ones in which nothing has been delivered. */
  readonly #emptyBy: ByOpener = new Map();
  /** By peer: messages read back from the journal. */
  readonly #restored: Rates<string>;
  #cancelSweep: Cancel = () => {};

  /** None is in memory at first. */
  constructor(options: InstancesOptions) {
    const { trace, context } = options;
    this.#options = options;
    this.#restored = new Rates(options.limits.restoredPerSecondMax);
    this.trace = trace && new TraceWriter(trace.node, context, trace.write);
    this.#keepSweeping();
  }

  /** Of the configuration. */
  get graph(): LearnerGraph {
    return this.#options.context.graph;
  }

  /** Those in memory. */
  get all(): readonly RunningInstance[] {
    return [...this.#running.values()];
  }

  /** The instance with this number, if it is in memory. */
  get(id: bigint): RunningInstance | undefined {
    return this.#running.get(id);
  }

  /**
   * The instance with this number, opened if need be. Rejects TOO_MANY_INSTANCES and RATE_LIMITED.
   *
   * @param by The peer whose message asks for it, if one does.
   */
  open(id: bigint, by?: string): RunningInstance | Rejection {
    const { limits: { instancesMax }, clock } = this.#options;
    const nowMs = clock.elapsedMs();
    const known = this.#running.get(id);
    if (known !== undefined) return this.#touch(known, nowMs);
    const refusal = by === undefined ? undefined : this.makeRoomFor(id, by);
    if (refusal !== undefined) return refusal;
    if (this.#running.size >= instancesMax && !this.#makeRoom(this.#running.values(), nowMs)) {
      return reject("TOO_MANY_INSTANCES", `${instancesMax} instances are in use`);
    }
    return this.#touch(this.#load(id, by, clock.now()), nowMs);
  }

  /** Notes that something has been delivered in an instance. */
  filled(running: RunningInstance): void {
    this.#emptyBy.get(running.openedBy)?.delete(running);
  }

  /** Whether something waits for a message, which is not here. */
  isMissing(id: MessageId, instance: bigint): boolean {
    const running = this.#running.get(instance);
    return running !== undefined && running.state.inbox.waitingFor.has(id) &&
      !running.wires.has(id);
  }

  /** Runs one input through the core, which is told before if the clock has been set back. */
  step(running: RunningInstance, input: Input): Effect[] {
    const { setBacks } = this.#options.clock;
    if (running.setBacks === setBacks) return this.#step(running, input);
    running.setBacks = setBacks;
    const tick = { kind: "tick" as const, now: input.now, setBack: true };
    return [...this.#step(running, tick), ...this.#step(running, input)];
  }

  #step({ id, state }: RunningInstance, input: Input): Effect[] {
    const { context } = this.#options;
    const { trace } = this;
    if (trace === undefined) return step(context, state, input);
    let effects: Effect[] = [];
    try {
      effects = step(context, state, input);
    } finally {
      // An input that the core fails at is what a trace is for.
      trace.step(id, input, effects);
    }
    return effects;
  }

  /** Lets go of all below one, whatever waits there. */
  letGo(below: bigint): void {
    for (const running of this.#running.values()) {
      if (running.id < below) this.#letGo(running);
    }
  }

  /** Looks for unused instances no more. */
  close(): void {
    this.#cancelSweep();
  }

  /** Lets go of the instances that have not been used lately and wait for nothing, again and again. */
  #keepSweeping(): void {
    const { clock } = this.#options;
    this.#cancelSweep = clock.after(SWEEP_MS, () => {
      this.#sweep(clock.elapsedMs());
      this.#keepSweeping();
    });
  }

  #sweep(nowMs: number): void {
    for (const running of this.#running.values()) {
      if (nowMs - running.usedMs < this.#options.limits.instanceIdleMs) return;
      if (isQuiet(running)) this.#letGo(running);
      else this.#touch(running, nowMs);
    }
  }

  /**
   * Makes room for an instance that a peer's message mentions, if need be. Says why the peer may not
   * open it, if it may not: that costs less than to verify the message.
   */
  makeRoomFor(id: bigint, by: string): Rejection | undefined {
    if (this.#running.has(id)) return undefined;
    const nowMs = this.#options.clock.elapsedMs();
    const { instancesPerPeerMax, emptyInstancesPerPeerMax } = this.#options.limits;
    const opened = this.#openedBy.get(by) ?? NONE;
    if (opened.size >= instancesPerPeerMax && !this.#makeRoom(opened, nowMs)) {
      const detail = `${instancesPerPeerMax} instances opened by ${by} are in use`;
      return reject("TOO_MANY_INSTANCES", detail);
    }
    const empty = this.#emptyBy.get(by) ?? NONE;
    if (empty.size >= emptyInstancesPerPeerMax && !this.#makeRoom(empty, nowMs)) {
      const detail = `${emptyInstancesPerPeerMax} instances opened by ${by} are empty`;
      return reject("TOO_MANY_INSTANCES", detail);
    }
    if (this.#restored.allows(by, nowMs)) return undefined;
    return reject("RATE_LIMITED", `too many instances read back because of ${by}`);
  }

  /**
   * Lets go of one that has not been used for a while: one that just has may have messages that are
   * not in the journal yet.
   *
   * @param candidates In the order of their last use.
   */
  #makeRoom(candidates: Iterable<RunningInstance>, nowMs: number): boolean {
    let count = 0;
    for (const running of candidates) {
      if (++count > LOOKED_AT_MAX || nowMs - running.usedMs < SWEEP_MS) return false;
      if (isQuiet(running)) {
        this.#letGo(running);
        return true;
      }
      this.#touch(running, nowMs);
    }
    return false;
  }

  /** A timer may be left from when something waited. */
  #letGo(running: RunningInstance): void {
    closeInstance(running.state);
    running.cancelWake();
    this.#remove(running);
    this.trace?.close(running.id);
  }

  #touch(running: RunningInstance, nowMs: number): RunningInstance {
    this.#remove(running);
    running.usedMs = nowMs;
    this.#running.set(running.id, running);
    add(this.#openedBy, running);
    if (running.state.dag.size === 0) add(this.#emptyBy, running);
    return running;
  }

  #remove(running: RunningInstance): void {
    this.#running.delete(running.id);
    this.#openedBy.get(running.openedBy)?.delete(running);
    this.#emptyBy.get(running.openedBy)?.delete(running);
  }

  #load(id: bigint, openedBy: string | undefined, now: Timestamp): RunningInstance {
    const { context, configDigest, ledger } = this.#options;
    const scope = { configDigest, instance: id };
    const identify = (content: Parameters<typeof acceptorMessageId>[1]) =>
      acceptorMessageId(scope, content);
    const standing = "asks";
    const running = {
      id,
      openedBy,
      scope,
      state: newInstance(context, identify, standing),
      wires: new Map(),
      proposers: new Set<Proposing>(),
      wakeAt: undefined,
      cancelWake: () => {},
      setBacks: this.#options.clock.setBacks,
      usedMs: 0,
      admitted: false,
      byDetour: false,
    };
    this.trace?.open(id, standing);
    const records = ledger.ofInstance(id);
    for (const record of records) {
      this.step(running, { kind: "restore", message: messageOf(record), now });
    }
    if (openedBy !== undefined) {
      const nowMs = this.#options.clock.elapsedMs();
      this.#restored.charge(openedBy, nowMs, Math.max(1, records.length));
    }
    return running;
  }
}

type ByOpener = Map<string | undefined, Set<RunningInstance>>;

const NONE: ReadonlySet<RunningInstance> = new Set();

/** Adds to those of its opener, as the one used last. */
function add(byOpener: ByOpener, running: RunningInstance): void {
  const known = byOpener.get(running.openedBy);
  if (known === undefined) byOpener.set(running.openedBy, new Set([running]));
  else known.add(running);
}

function isQuiet({ state, wires, proposers }: RunningInstance): boolean {
  return proposers.size === 0 && wires.size === 0 && state.inbox.waiting.size === 0 &&
    state.future.length === 0 && state.held.size === 0;
}

/** What the core is told of a message that has been kept. */
export function messageOf({ id, wire }: LedgerRecord): Message {
  return wire.kind === "1a"
    ? { kind: "1a", id, ballot: wire.ballot }
    : { kind: "acceptor", id, ...wire.content };
}
