/**
 * What the acceptors say of some instances, and what of it is to be believed.
 *
 * @module
 */

import { fullSet, membersOf } from "../core/acceptor_set.ts";
import { type Belief, Hearsay } from "../core/hearsay.ts";
import { entangled, type LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex, AcceptorSet, LearnerIndex, ValueHash } from "../core/types.ts";
import { hashValue } from "../crypto/hash.ts";
import type { Decision } from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { toHex } from "../wire/hex.ts";
import type { Decided } from "./decided.ts";

/** Reports that one acceptor may make, for each instance and learner; then nobody listens to it. */
const REPORTS_PER_QUESTION_MAX = 16;

/** What is asked about. */
export interface Asked {
  /** Any. */
  readonly instances: readonly bigint[];
  /** By name; all of them of the graph. */
  readonly learners: readonly string[];
}

/** One learner of one instance. */
interface Question {
  readonly instance: bigint;
  readonly learner: LearnerIndex;
  readonly heard: Hearsay;
  /** Acceptors that say it will never be decided. */
  starvedSay: AcceptorSet;
}

/** What one round of questions has brought. */
export class Survey {
  readonly #graph: LearnerGraph;
  readonly #belief: Belief;
  readonly #questions: ReadonlyMap<string, Question>;
  readonly #reports: number[];
  readonly #onNews: () => void;

  /**
   * Nothing has been said.
   *
   * @param onNews Called after every report.
   */
  constructor(
    graph: LearnerGraph,
    belief: Belief,
    { instances, learners }: Asked,
    onNews: () => void,
  ) {
    this.#graph = graph;
    this.#belief = belief;
    this.#onNews = onNews;
    this.#reports = new Array(graph.acceptorCount).fill(0);
    const asked = instances.flatMap((instance) =>
      learners.map((name): [string, Question] => {
        const learner = graph.spec.learners.indexOf(name);
        const heard = new Hearsay(graph, learner, belief);
        return [`${instance} ${name}`, { instance, learner, heard, starvedSay: 0n }];
      })
    );
    this.#questions = new Map(asked);
  }

  /**
   * Takes what an acceptor says, which may be anything: only what fits together counts.
   *
   * @returns false if it says more than any honest one would: nobody should listen any more.
   */
  take(acceptor: AcceptorIndex, { learner, instance, ballot, value }: Decision): boolean {
    this.#reports[acceptor]! += 1;
    if (this.#reports[acceptor]! > REPORTS_PER_QUESTION_MAX * this.#questions.size) return false;
    const question = this.#questions.get(`${instance} ${learner}`);
    const claimed = toHex(ballot?.valueHash ?? new Uint8Array()) as ValueHash;
    if (question === undefined || (value !== undefined && hashValue(value) !== claimed)) {
      return true;
    }
    question.heard.take(acceptor, claimed, value);
    this.#onNews();
    return true;
  }

  /** Takes the word of an acceptor that these learners can decide no more. */
  takeStarved(acceptor: AcceptorIndex, instance: bigint, learners: readonly string[]): void {
    for (const name of learners) {
      const question = this.#questions.get(`${instance} ${name}`);
      if (question !== undefined) question.starvedSay |= 1n << BigInt(acceptor);
    }
    this.#onNews();
  }

  /** What is to be believed, in the order of the instances and learners that were asked about. */
  get decided(): Decided[] {
    return [...this.#questions.values()].flatMap((question) => this.#decidedOf(question));
  }

  /** The same of one instance; undefined as long as it is not complete. */
  complete(instance: bigint): Decided[] | undefined {
    const questions = [...this.#questions.values()].filter((one) => one.instance === instance);
    const decided = questions.map((question) => this.#decidedOf(question));
    return decided.every((all) => all.length > 0) ? decided.flat() : undefined;
  }

  /** Learners of which nothing is to be believed yet in any instance, by name. */
  get missing(): string[] {
    const open = [...this.#questions.values()].filter(({ heard }) => heard.believed.length === 0);
    return [...new Set(open.map(({ learner }) => this.#graph.spec.learners[learner]!))];
  }

  /** Of those, the ones that can decide no more, as enough acceptors say. */
  get starved(): string[] {
    return [...this.#questions.values()]
      .filter(({ heard, learner, starvedSay }) =>
        heard.believed.length === 0 && this.#belief(this.#graph, learner, starvedSay)
      ).map(({ learner }) => this.#graph.spec.learners[learner]!);
  }

  /** Decisions of learners that must agree as long as all are safe, and do not; none if all do. */
  get contradictions(): Decided[] {
    const graph = this.#graph;
    const all = fullSet(graph.acceptorCount);
    const { learners } = graph.spec;
    const decided = this.decided;
    const contradict = (a: Decided, b: Decided) =>
      a.instance === b.instance && a.valueHash !== b.valueHash &&
      entangled(graph, learners.indexOf(a.learner), learners.indexOf(b.learner), all);
    return decided.filter((a) => decided.some((b) => contradict(a, b)));
  }

  #decidedOf({ instance, learner, heard }: Question): Decided[] {
    const { acceptors, learners } = this.#graph.spec;
    return heard.believed.map(({ valueHash, value, reporters }) => ({
      instance,
      learner: learners[learner]!,
      value,
      valueHash,
      reportedBy: membersOf(reporters).map((index) => acceptors[index]!),
    }));
  }
}
