/**
 * What people ask of processes while all goes on: it must be answered by what is kept, and change
 * nothing.
 *
 * @module
 */

import { StarvationWatch } from "../../node/starvation_watch.ts";
import type { Marks } from "../marks.ts";
import { Violation } from "../referee.ts";
import type { Member } from "./member.ts";

/** Decisions asked for at once. */
const NEWEST = 3;

/** Asks everything of a member that runs. @throws Violation if it is not as it should be. */
export function askQuestions(member: Member, instances: Iterable<bigint>, marks: Marks): void {
  const { name, stored } = member;
  const { node } = member.life!;
  const stateOf = () =>
    [node.outcomes.signed, node.ledger.length, node.instances.all.length].join(" ");
  const before = stateOf();
  const { decisions } = node;
  const newest = decisions.newest(NEWEST).length;
  const [first] = decisions.after(decisions.first, 1);
  const there = decisions.count - decisions.first;
  // Some that are forgotten are still in memory.
  const isRight = newest >= Math.min(NEWEST, there) &&
    newest <= Math.min(NEWEST, decisions.count) &&
    (first !== undefined || there === 0);
  if (!isRight) throw new Violation(`${name} has ${decisions.count} decisions, and tells others`);
  const { waitsFor } = member.life!;
  const isVoter = member.configuration.self.acceptorIndex !== undefined;
  if (node.votes !== (isVoter && waitsFor.length === 0)) {
    throw new Violation(
      `${name} waits for "${waitsFor}", and ${node.votes ? "votes" : "does not"}`,
    );
  }
  for (const [peer, count] of node.fetcher.lacking) {
    if (count <= 0) throw new Violation(`${name} lacks ${count} messages of ${peer}`);
  }
  for (const instance of instances) {
    const told = node.decisionsIn(instance).map(({ learner }) => learner).toSorted().join();
    const kept = stored.decisionsOf(instance).map(({ learner }) => learner).toSorted().join();
    if (told === kept) continue;
    throw new Violation(`${name} tells "${told}" of instance ${instance}, and has kept "${kept}"`);
  }
  if (stateOf() !== before) throw new Violation(`${name} has done something for being asked`);
  marks.mark("a member is asked");
  // Who wants to know who is starved may have to bring an instance back.
  const watch = new StarvationWatch(node, () => marks.mark("a learner is said to be starved"));
  for (const instance of instances) watch.look(instance);
  watch.close();
}
