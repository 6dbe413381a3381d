/**
 * The history of PROTOCOL section 6 that starves a learner: X wants four of five, Y three. Two
 * acceptors send 2as for X with one value, the other three decide another for Y.
 *
 * @module
 */

import type { MessageId } from "../../lib/core/types.ts";
import type { ClusterPlan } from "../../lib/config/cluster_plan.ts";
import type { TestCluster } from "./cluster.ts";
import { Author, type Made } from "./hostile_peer.ts";

const ACCEPTORS = ["Alice", "Bob", "Carol", "Dave", "Erin"];

/** Of five acceptors X wants any four and Y any three, and they agree if all five are safe. */
export const FOUR_AND_THREE: ClusterPlan = {
  acceptors: ACCEPTORS,
  learners: {
    X: { quorums: [{ threshold: 4, of: ACCEPTORS }] },
    Y: { quorums: [{ threshold: 3, of: ACCEPTORS }] },
  },
  safetySets: {
    X: {
      safetySets: {
        X: { quorums: [{ threshold: 4, of: ACCEPTORS }] },
        Y: { quorums: [{ names: ACCEPTORS }] },
      },
    },
    Y: { safetySets: { Y: { quorums: [{ names: ACCEPTORS }] } } },
  },
  promise: "X and Y agree while all five are safe",
};

/**
 * A history in three parts: after the first anything can happen; after two X is starved; the third
 * proves that Erin lies, and X need not agree with Y any more.
 */
export interface Starving {
  readonly open: readonly Made[];
  readonly last: Made;
  readonly lie: Made;
}

/** Y decides "second" with the last message. */
export function starveX(cluster: TestCluster, instance: bigint): Starving {
  const authors = ACCEPTORS.map((name) => new Author(cluster, name));
  const latest = new Map<Author, MessageId>();
  const all: Made[] = [];
  const send = (author: Author, refs: readonly MessageId[]) => {
    const made = author.signed({ instance, prev: latest.get(author), refs });
    latest.set(author, made.id);
    all.push(made);
    return made.id;
  };
  const propose = (value: string, atMs: number) => {
    const made = authors[0]!.proposal({ instance, value, atMs });
    all.push(made);
    return made.id;
  };
  const first = propose("first", -2_000);
  const oneBs = authors.slice(0, 4).map((author) => send(author, [first]));
  for (const author of authors.slice(0, 2)) send(author, oneBs);
  const second = propose("second", -1_000);
  const three = authors.slice(2);
  const fresh = three.map((author) => send(author, [second]));
  for (const author of three) send(author, fresh);
  const [open, last] = [all.slice(0, -1), all.at(-1)!];
  return { open, last, lie: authors.at(-1)!.signed({ instance, refs: [first] }) };
}
