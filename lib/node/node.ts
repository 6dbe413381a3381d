/**
 * One process of the cluster: its instances, and the path of a message from the wire through the
 * core to the ledger and the links. Whether it signs depends on its role.
 *
 * @module
 */

import { type CoreContext, newAccounts } from "../core/instance.ts";
import { isRejection, reject, type Rejection, type RejectionCode } from "../core/rejection.ts";
import type { MessageId } from "../core/types.ts";
import { makeVerifier } from "../crypto/verify.ts";
import { JournalError } from "../store/journal.ts";
import type { ConsensusMessage } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { windowRuleOf } from "../config/windows.ts";
import { Blame } from "./blame.ts";
import { DecisionBook, type DecisionRecord } from "./decision_book.ts";
import type { Fetcher } from "./fetcher.ts";
import { Instances } from "./instances.ts";
import { Keeping } from "./keeping.ts";
import { Ledger, type LedgerRecord } from "./ledger.ts";
import { makeLogRoom } from "./log/make_log_room.ts";
import type { LogRoom } from "./log/log_room.ts";
import { logView } from "./log/log_view.ts";
import type { LogPort } from "./log_port.ts";
import { nodeFetcher } from "./node_fetcher.ts";
import type { NodeObserver, NodeOptions, RunningInstance } from "./node_types.ts";
import { Outcomes } from "./outcomes.ts";
import { Refusals, type RefusedFrom } from "./refusals.ts";
import { ProposalGate } from "./proposal_gate.ts";
import { type Proposing, stopProposing } from "./proposing.ts";
import { Rates } from "./rates.ts";
import { namingSlowDisk } from "./slow_disk.ts";
import { type SteadyOptions, steadyOptions } from "./steady.ts";
import { Stepper } from "./stepper.ts";
import { SyncTimes } from "./sync_times.ts";
import { Taking } from "./taking.ts";
import { Voting } from "./voting.ts";

/** A process's share in all instances. Everything happens synchronously. */
export class Node {
  /** What it was made with. */
  readonly options: SteadyOptions;
  /** What the core is told of this process; `self` is undefined if it does not vote. */
  readonly context: CoreContext;
  /** Every message, value and decision known. */
  readonly ledger: Ledger;
  /** What learners decided, as far as this process has seen. */
  readonly decisions: DecisionBook;
  /** The instances in use. */
  readonly instances: Instances;
  /** What is lacking, and whom to ask for it. */
  readonly fetcher: Fetcher;
  /** What peers have done wrong. */
  readonly blame: Blame;
  /** How long its journal takes. */
  readonly syncs: SyncTimes;
  /**
   * Where this acceptor may vote.
   *
   * @internal For recovery.
   */
  readonly voting: Voting;
  /**
   * How much each peer may have looked for in the journal.
   *
   * @internal For links.
   */
  readonly lookups: Rates<string>;
  readonly #observers: Set<NodeObserver> = new Set();
  readonly #refusals: Refusals;
  readonly #stepper: Stepper;
  readonly #taking: Taking;
  /** What the core has had done, and how much of it. */
  readonly outcomes: Outcomes;
  readonly #keeping: Keeping;
  /** The log that instances make; undefined if they make none. @internal For links. */
  readonly room: LogRoom | undefined;
  /** The same for those who append to it and read it. */
  readonly log: LogPort | undefined;
  #closed = false;

  /** Opens no instance; an acceptor does not vote before it is told to. */
  constructor(options: NodeOptions) {
    this.options = steadyOptions(options);
    const { configuration, votes, journal, clock, log } = this.options;
    const { graph, limits, digest, network } = configuration;
    const self = votes ? configuration.self.acceptorIndex : undefined;
    this.context = {
      graph,
      limits,
      accounts: newAccounts(),
      self,
      windows: windowRuleOf(configuration),
    };
    const names = configuration.identities.map(({ name }) => name);
    this.#refusals = new Refusals({ clock, log, names });
    this.voting = new Voting(self, (instance) => this.room?.gate.maySign(instance) ?? true);
    this.blame = new Blame(limits.rejectionsPerMinuteMax);
    this.lookups = new Rates(limits.lookupsPerSecondMax);
    this.syncs = new SyncTimes(clock);
    const slow = namingSlowDisk(clock, log);
    const timed = (commit: () => void) => this.syncs.time(() => slow(commit));
    this.ledger = new Ledger(journal, timed, configuration.log !== undefined);
    this.decisions = new DecisionBook(this.ledger);
    this.instances = new Instances({
      ...{ context: this.context, ledger: this.ledger, limits, clock },
      configDigest: digest.whole,
      trace: options.trace && { node: configuration.self.name, write: options.trace },
    });
    const gate = new ProposalGate(clock, limits);
    const verifier = options.verifier ?? makeVerifier(configuration);
    this.fetcher = nodeFetcher({
      ...{ clock, limits, gate, ledger: this.ledger, instances: this.instances },
      ...{ delayMs: network.wantDelayMs, observers: this.#observers, room: () => this.room },
    });
    this.outcomes = new Outcomes({
      ...{ graph, self, signer: configuration.signer, ledger: this.ledger, log },
      ...{ observers: this.#observers, refusals: this.#refusals, instances: this.instances },
      ...{ fetcher: this.fetcher, who: configuration },
    });
    this.#stepper = new Stepper({
      ...{ options: this.options, instances: this.instances, ledger: this.ledger },
      ...{ outcomes: this.outcomes, voting: this.voting },
      identify: (wire) => verifier.identify(wire),
      outside: (id, by) => this.room?.gate.refuses(id, by),
      woken: (running) => {
        this.#taking.settle(running);
        this.settled();
      },
    });
    this.#keeping = new Keeping({
      clock,
      // Peers are told soon enough what need not be echoed to us.
      waitMs: network.echoDelayMs / 4,
      urgency: () => this.room?.hasUnkept ? "urgent" : this.outcomes.urgency,
      keep: () => this.flush(),
    });
    this.room = makeLogRoom(this, this.#observers, {
      forget: (...args) => this.#guarded(() => this.ledger.forget(...args)) ?? false,
    });
    this.log = logView(this.room, () => this.flush());
    this.#taking = new Taking({
      room: this.room,
      ...{ clock, limits, verifier, ledger: this.ledger, instances: this.instances, gate },
      ...{ lookups: this.lookups, fetcher: this.fetcher },
      ...{ refusals: this.#refusals, stepper: this.#stepper },
    });
  }

  /** Whether it signs. An observer never does. */
  get votes(): boolean {
    return this.voting.hasStarted;
  }

  /** How often each kind of refusal has happened; a kind that never has is absent. */
  get rejections(): ReadonlyMap<RejectionCode, number> {
    return this.#refusals.counts;
  }

  /** The same by who has sent it: identities of the configuration alone. */
  get refusedFrom(): readonly RefusedFrom[] {
    return this.#refusals.from;
  }

  /** Calls `observer` from now on; returns what undoes it. */
  observe(observer: NodeObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /**
   * Takes one message from a peer. Effects are complete when it returns, but nothing is sent before
   * it is kept: see {@linkcode Node.settled}.
   *
   * @returns its id, or why it is refused. A message that waits is not refused.
   * @internal For links.
   */
  take(message: ConsensusMessage, source: string): MessageId | Rejection {
    if (this.#closed) return reject("TOO_MANY_INSTANCES", "this process ends");
    return this.#taking.take(message, source);
  }

  /** Offers the value that `proposing` has the hash of in an instance. The value is kept. */
  propose(instance: bigint, proposing: Proposing, value: Uint8Array): Rejection | undefined {
    const running = this.#stepper.open(instance);
    if (isRejection(running)) return running;
    this.ledger.putValue(proposing.state.own, value);
    this.#taking.release(proposing.state.own, value);
    running.proposers.add(proposing);
    this.#taking.settle(running);
    this.settled();
    return undefined;
  }

  /** Stops offering a value. */
  stopProposing(instance: bigint, proposing: Proposing): void {
    const running = this.instances.get(instance);
    if (running !== undefined) stopProposing(running, proposing);
  }

  /**
   * What was to be done now has been done: it is kept, and told, when this turn of the loop ends, or
   * in a while if there is nothing of our own among it.
   *
   * @internal For links.
   */
  settled(): void {
    if (!this.#closed) this.#keeping.settled();
  }

  /** Calls back when all that has happened so far is kept: at once if it is, never if it cannot be. */
  whenKept(callback: () => void): void {
    this.#keeping.whenKept(callback);
  }

  /**
   * Keeps everything that has happened since the last flush, durably if anything is our own, and
   * only then tells the links about it. If it cannot be kept nothing is told, now or ever.
   */
  flush(): void {
    if (this.#closed) return;
    const { records, lasting, decided, refused } = this.outcomes.takeUnflushed();
    const unkept = this.room?.takeUnkept();
    const isLasting = lasting || unkept?.lasting === true;
    if (!this.#guarded(() => this.ledger.flush(isLasting, unkept) ?? true)) return;
    this.#keeping.kept();
    if (decided) this.decisions.announce();
    for (const { rejection, sources } of refused) {
      for (const observer of this.#observers) observer.refused?.(rejection, sources);
    }
    if (records.length > 0) this.#observers.forEach((observer) => observer.appended?.(records));
    // Instances below a floor that has risen leave memory now.
    this.room?.kept();
    this.#voteWhereFound(records);
  }

  /** Ends everything if the journal cannot be written, and then returns undefined. */
  #guarded<T>(write: () => T): T | undefined {
    try {
      return write();
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      this.close();
      for (const observer of this.#observers) observer.failed?.(error);
      return undefined;
    }
  }

  /** What of our own was missing is here: we know again what we have said. */
  #voteWhereFound(records: readonly LedgerRecord[]): void {
    const found = records.filter(({ instance, id }) => this.voting.found(instance, id))
      .flatMap(({ instance }) => this.instances.get(instance) ?? []);
    for (const running of found) this.#mayVote(running);
    if (found.length > 0) this.flush();
  }

  /**
   * Lets the acceptor vote, in all instances but those in which it has been shown messages of its own
   * that cannot be taken in: there it votes when they are.
   */
  startVoting(): void {
    this.voting.start();
    for (const running of this.instances.all) this.#mayVote(running);
    this.flush();
  }

  #mayVote(running: RunningInstance): void {
    if (this.#stepper.allowVote(running)) this.#taking.settle(running);
  }

  /** The learners' decisions in an instance, by name: those that are kept. Changes nothing. */
  decisionsIn(instance: bigint): DecisionRecord[] {
    return this.decisions.of(instance);
  }

  /** Brings an instance to memory, if there is room, and does what it has to do there. */
  bringBack(instance: bigint): void {
    const running = this.#stepper.open(instance);
    if (!isRejection(running)) this.#taking.settle(running);
    this.flush();
  }

  /** Counts a refusal, and passes it on; `id` is that of the message refused, if it has one. */
  refuse(rejection: Rejection, peer: string, id?: MessageId): Rejection {
    return this.#taking.refuse(rejection, peer, id);
  }

  /** Stops all timers and proposers; nothing happens afterwards. */
  close(): void {
    this.#closed = true;
    this.fetcher.close();
    this.instances.close();
    this.room?.close();
    this.#keeping.stop();
    this.#stepper.close();
  }
}
