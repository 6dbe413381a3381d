/**
 * The definitions of PROTOCOL section 3, transcribed literally: sets over Tran, no cleverness. The
 * fast facts of lib/core are held against this. It shares only types with them.
 *
 * @module
 */

import type { RejectionCode } from "../../lib/core/rejection.ts";
import type {
  AcceptorIndex,
  AcceptorMessage,
  Ballot,
  BurialRule,
  LearnerIndex,
  Message,
  MessageId,
  Proposal,
  ValueHash,
} from "../../lib/core/types.ts";
import { type ClosedGraph, elements } from "./closed_graph.ts";

/** What a definition was asked before, by first argument, then message. */
type Memo<T> = Map<Message, T>[];

/** Says whether ballot `x` is above ballot `y`: time, then value hash, then proposer. */
export function isAbove(x: Ballot, y: Ballot): boolean {
  if (x.seconds !== y.seconds) return x.seconds > y.seconds;
  if (x.nanos !== y.nanos) return x.nanos > y.nanos;
  if (x.valueHash !== y.valueHash) return x.valueHash > y.valueHash;
  return x.proposer > y.proposer;
}

/** Says whether two ballots are the same. */
export function isSame(x: Ballot, y: Ballot): boolean {
  return !isAbove(x, y) && !isAbove(y, x);
}

/**
 * The definitions over one set of known messages. Everything is worked out from the refs; answers
 * are remembered per message (unless `memoise` is false), for without that the mutual recursion of
 * fresh and 2a-for is exponential.
 */
export class Oracle {
  /** All messages learned, in the order learned. */
  readonly known: Map<MessageId, Message> = new Map();
  readonly #trans = new Map<Message, ReadonlySet<Message>>();
  readonly #proposals = new Map<Message, Proposal | undefined>();
  readonly #fresh: Memo<boolean> = [];
  readonly #is2aFor: Memo<boolean> = [];

  constructor(readonly graph: ClosedGraph, readonly memoise: boolean = true) {}

  /** All learners. */
  get learners(): LearnerIndex[] {
    return Array.from({ length: this.graph.learnerCount }, (_, learner) => learner);
  }

  /** Adds a message, whose refs must be known. */
  learn(x: Message): void {
    this.known.set(x.id, x);
  }

  /** Tran(x): x and everything it refers to, transitively. */
  tran(x: Message): ReadonlySet<Message> {
    const remembered = this.#trans.get(x);
    if (remembered !== undefined) return remembered;
    const past = new Set<Message>([x]);
    for (const ref of x.kind === "1a" ? [] : x.refs) {
      const y = this.known.get(ref);
      if (y === undefined) throw new Error(`${x.id} refers to ${ref}, which is not known`);
      for (const z of this.tran(y)) past.add(z);
    }
    this.#trans.set(x, past);
    return past;
  }

  /** The acceptor messages in Tran(x). */
  acceptorMessages(x: Message): AcceptorMessage[] {
    return [...this.tran(x)].filter((y) => y.kind === "acceptor");
  }

  /**
   * The maximal acceptor messages of a past: of those in the Tran of some of the messages, the ones
   * in the Tran of no other.
   */
  maximal(messages: Iterable<Message>): AcceptorMessage[] {
    const past = new Set([...messages].flatMap((x) => this.acceptorMessages(x)));
    return [...past].filter((y) => ![...past].some((z) => z !== y && this.tran(z).has(y)));
  }

  /** Get1a(x): the 1a of highest ballot in Tran(x). */
  get1a(x: Message): Proposal | undefined {
    if (this.memoise && this.#proposals.has(x)) return this.#proposals.get(x);
    let highest: Proposal | undefined;
    for (const y of this.tran(x)) {
      if (y.kind !== "1a") continue;
      if (highest === undefined || isAbove(y.ballot, highest.ballot)) highest = y;
    }
    this.#proposals.set(x, highest);
    return highest;
  }

  /** b(x). */
  b(x: Message): Ballot {
    const proposal = this.get1a(x);
    if (proposal === undefined) throw new Error(`${x.id} has no ballot`);
    return proposal.ballot;
  }

  /** V(x). */
  v(x: Message): ValueHash {
    return this.b(x).valueHash;
  }

  /** A 1b refers directly to Get1a(x). */
  is1b(x: Message): boolean {
    if (x.kind !== "acceptor") return false;
    const proposal = this.get1a(x);
    return proposal !== undefined && x.refs.includes(proposal.id);
  }

  /** Caught(x), TR: two messages of one signer in Tran(x), neither in the other's Tran. */
  caught(x: Message): Set<AcceptorIndex> {
    const caught = new Set<AcceptorIndex>();
    const messages = this.acceptorMessages(x);
    for (const y of messages) {
      for (const z of messages) {
        if (y.signer !== z.signer || y === z) continue;
        if (!this.tran(y).has(z) && !this.tran(z).has(y)) caught.add(y.signer);
      }
    }
    return caught;
  }

  /** Caught(x), HP2: two messages of one signer in Tran(x) with equal prev. */
  caughtByPrev(x: Message): Set<AcceptorIndex> {
    const caught = new Set<AcceptorIndex>();
    const messages = this.acceptorMessages(x);
    for (const y of messages) {
      for (const z of messages) {
        if (y.signer === z.signer && y !== z && y.prev === z.prev) caught.add(y.signer);
      }
    }
    return caught;
  }

  /** Con_a(x): learners b for which some safe set of {a,b} contains nobody in Caught(x). */
  con(a: LearnerIndex, x: Message): LearnerIndex[] {
    const caught = this.caught(x);
    return this.learners.filter((b) =>
      this.graph.safeSets[a]![b]!.some((safe) => elements(safe).every((s) => !caught.has(s)))
    );
  }

  /** Whether the acceptors contain a quorum of a. */
  containQuorum(a: LearnerIndex, acceptors: ReadonlySet<AcceptorIndex>): boolean {
    return this.graph.quorums[a]!.some((quorum) => elements(quorum).every((s) => acceptors.has(s)));
  }

  /** Buried_b(m, y), m a 2a for b: by the rule of the configuration, or the one given. */
  buried(
    b: LearnerIndex,
    m: Message,
    y: Message,
    rule: BurialRule = this.graph.burial,
  ): boolean {
    const buries = (z: Message) =>
      this.is2aFor(b, z) && isAbove(this.b(z), this.b(m)) && this.v(z) !== this.v(m);
    if (rule === "HP2") return [...this.tran(y)].some(buries);
    const signers = new Set<AcceptorIndex>();
    for (const w of this.acceptorMessages(y)) {
      if (this.tran(w).has(m) && [...this.tran(w)].some(buries)) signers.add(w.signer);
    }
    return this.containQuorum(b, signers);
  }

  /** Con2as_a(x), x a 1b. */
  con2as(a: LearnerIndex, x: AcceptorMessage): Message[] {
    const connected = this.con(a, x);
    return this.acceptorMessages(x).filter((m) =>
      m.signer === x.signer &&
      connected.some((b) => this.is2aFor(b, m) && !this.buried(b, m, x))
    );
  }

  /** fresh_a(x), x a 1b: every m in Con2as_a(x) has V(m) = V(x). */
  fresh(a: LearnerIndex, x: AcceptorMessage): boolean {
    return this.#remembered(
      this.#fresh,
      a,
      x,
      () => this.con2as(a, x).every((m) => this.v(m) === this.v(x)),
    );
  }

  /** q_a(x): signers of the 1bs y in Tran(x) with b(y) = b(x) that are fresh_a. */
  q(a: LearnerIndex, x: Message): Set<AcceptorIndex> {
    const signers = new Set<AcceptorIndex>();
    for (const y of this.acceptorMessages(x)) {
      if (this.is1b(y) && isSame(this.b(y), this.b(x)) && this.fresh(a, y)) signers.add(y.signer);
    }
    return signers;
  }

  /** 2a for a: q_a(x) contains a quorum of a, and x's signer is in q_a(x). */
  is2aFor(a: LearnerIndex, x: Message): boolean {
    if (x.kind !== "acceptor" || this.is1b(x)) return false;
    return this.#remembered(this.#is2aFor, a, x, () => {
      const q = this.q(a, x);
      return this.containQuorum(a, q) && q.has(x.signer);
    });
  }

  /** The learners for which x is a 2a. */
  learners2a(x: Message): LearnerIndex[] {
    return this.learners.filter((a) => this.is2aFor(a, x));
  }

  /** WellFormed (both): prev. */
  hasLatestPrev(x: AcceptorMessage): boolean {
    const own = new Set(
      this.acceptorMessages(x).filter((y) => y !== x && y.signer === x.signer),
    );
    if (x.prev === undefined) return own.size === 0;
    if (!x.refs.includes(x.prev)) return false;
    const ancestors = new Set<Message>();
    for (let id: MessageId | undefined = x.prev; id !== undefined;) {
      const y: Message = this.known.get(id)!;
      if (y.kind === "1a" || y.signer !== x.signer) return false;
      ancestors.add(y);
      id = y.prev;
    }
    return [...own].every((y) => ancestors.has(y));
  }

  /** WellFormed: undefined if it is, else why not; the first reason in the order tried. */
  rejection(x: Message): RejectionCode | undefined {
    if (x.kind === "1a") return undefined;
    if (!this.hasLatestPrev(x)) return "BAD_PREV";
    if (this.get1a(x) === undefined) return "NO_BALLOT";
    const others = this.acceptorMessages(x).filter((y) => y !== x);
    const sameBallot = others.filter((y) => isSame(this.b(y), this.b(x)));
    if (this.is1b(x)) return sameBallot.length === 0 ? undefined : "BAD_1B";
    const serves = this.learners2a(x);
    if (serves.length === 0) return "BAD_2A";
    const earlier = sameBallot.filter((y) => y.signer === x.signer);
    const isNew = (a: LearnerIndex) => !earlier.some((y) => this.is2aFor(a, y));
    return serves.some(isNew) ? undefined : "REPEATED_2A";
  }

  /** Decision_a(v): the ballots, each with its value, in which `messages` hold a decision of a. */
  decisions(a: LearnerIndex, messages: Iterable<Message>): Ballot[] {
    const all2as = [...messages].filter((m) => this.is2aFor(a, m)) as AcceptorMessage[];
    const decided: Ballot[] = [];
    for (const m of all2as) {
      const signers = all2as.filter((n) => isSame(this.b(n), this.b(m))).map((n) => n.signer);
      if (!this.containQuorum(a, new Set(signers))) continue;
      if (!decided.some((ballot) => isSame(ballot, this.b(m)))) decided.push(this.b(m));
    }
    return decided;
  }

  #remembered<T>(memo: Memo<T>, a: LearnerIndex, x: Message, compute: () => T): T {
    if (!this.memoise) return compute();
    const answers = memo[a] ??= new Map();
    const remembered = answers.get(x);
    if (remembered !== undefined) return remembered;
    const answer = compute();
    answers.set(x, answer);
    return answer;
  }
}
