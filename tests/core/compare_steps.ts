/**
 * Holds the steps of a core's instances against the oracle: what an honest acceptor sends, and what
 * an observer delivers, decides and reports, in whatever order the messages arrive.
 *
 * @module
 */

import { setOf } from "../../lib/core/acceptor_set.ts";
import type { Standing } from "../../lib/core/acceptor.ts";
import type { CoreContext, Effect, InstanceState } from "../../lib/core/instance.ts";
import type { Decision, Disagreement } from "../../lib/core/learner.ts";
import type { AcceptorIndex, AcceptorMessage, Message } from "../../lib/core/types.ts";
import { elements } from "../oracle/closed_graph.ts";
import { identify } from "../../lib/sim/ids.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import type { Deed, View, World } from "../oracle/world.ts";
import type { Core } from "./core_under_test.ts";
import { UNMET_LIMITS } from "./unmet_limits.ts";

/** Later than every 1a of the histories. */
const NOW = { seconds: 1_000_000, nanos: 0 };

/** More branches of one equivocator than this, and some may be left aside, by the order they come in. */
const BRANCHES = 3;

/**
 * Replays every honest acceptor's deliveries, once from the beginning and once as one that has lost
 * its memory on the way, and an observer's, in a random order.
 *
 * @returns What differs first, or undefined.
 */
export function compareSteps(core: Core, world: World): string | undefined {
  try {
    for (const view of world.views) {
      if (!view.honest) continue;
      compareAcceptor(core, world, view);
      compareReturned(core, world, view);
    }
    compareObserver(core, world);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  }
}

function start(
  core: Core,
  world: World,
  self: AcceptorIndex | undefined,
  standing?: Standing,
) {
  const graph = core.makeLearnerGraph(world.spec);
  const context: CoreContext = { graph, limits: UNMET_LIMITS, self };
  const state: InstanceState = core.newInstance(context, identify, standing);
  const receive = (message: Message): Effect[] =>
    core.step(context, state, { kind: "message", message, source: "peer", now: NOW });
  const vote = () => core.step(context, state, { kind: "vote", allowed: true, now: NOW });
  return { state, receive, vote };
}

function compareAcceptor(core: Core, world: World, view: View): void {
  const { receive } = start(core, world, view.signer);
  compareDeeds(world, view, view.deeds, receive, []);
}

/**
 * It is shown, in any order, all that it had said and heard of up to some moment. From then on it says
 * what it would have said otherwise.
 */
function compareReturned(core: Core, world: World, view: View): void {
  const prng = makePrng(world.seed + 1_000 * view.signer);
  const { state, receive, vote } = start(core, world, view.signer, "asks");
  const at = prng.below(view.deeds.length + 1);
  const before = view.deeds.slice(0, at)
    .map((deed) => "sent" in deed ? deed.sent : deed.delivered);
  for (const id of prng.shuffled([...new Set(before)])) {
    const sent = receive(world.oracle.known.get(id)!).some(({ kind }) => kind === "send");
    require(!sent, `acceptor ${view.signer} signs before it may`);
  }
  if (state.view.tips.some(({ length }) => length > BRANCHES)) return;
  compareDeeds(world, view, view.deeds.slice(at), receive, vote());
}

/** @param effects Of what happened before the first deed. */
function compareDeeds(
  world: World,
  view: View,
  deeds: readonly Deed[],
  receive: (message: Message) => Effect[],
  effects: readonly Effect[],
): void {
  const own = new Set(view.deeds.flatMap((deed) => "sent" in deed ? [deed.sent] : []));
  const expected: string[] = [];
  const actual: string[] = [];
  const note = (effects: readonly Effect[]) => {
    for (const effect of effects) {
      if (effect.kind !== "deliver" && effect.kind !== "send") continue;
      actual.push(`${effect.kind} ${effect.entry.message.id}`);
    }
  };
  note(effects);
  for (const deed of deeds) {
    if ("sent" in deed) {
      expected.push(`send ${deed.sent}`);
    } else if (!own.has(deed.delivered)) {
      expected.push(`deliver ${deed.delivered}`);
      note(receive(world.oracle.known.get(deed.delivered)!));
    }
  }
  const parted = expected.findIndex((deed, index) => deed !== actual[index]);
  if (parted >= 0 || actual.length !== expected.length) {
    const at = parted >= 0 ? parted : expected.length;
    throw new Error(`acceptor ${view.signer}, deed ${at}: ${expected[at]}, got ${actual[at]}`);
  }
}

function compareObserver(core: Core, world: World): void {
  const { receive } = start(core, world, undefined);
  const effects = makePrng(world.seed).shuffled(world.cases)
    .flatMap(({ message }) => receive(message));
  checkDeliveries(world, effects);
  checkRejections(world, effects);
  const decisions = effects.flatMap((effect) => effect.kind === "decide" ? [effect.decision] : []);
  checkDecisions(world, decisions);
  const disagreements = effects
    .flatMap((effect) => effect.kind === "disagree" ? [effect.disagreement] : []);
  checkDisagreements(world, decisions, disagreements);
  checkCaught(world, effects);
}

function checkDeliveries({ oracle }: World, effects: readonly Effect[]): void {
  const delivered = new Set<string>();
  for (const effect of effects) {
    if (effect.kind !== "deliver") continue;
    const { message } = effect.entry;
    require(!delivered.has(message.id), `${message.id} is delivered twice`);
    delivered.add(message.id);
    const refs = message.kind === "1a" ? [] : message.refs;
    require(refs.every((ref) => delivered.has(ref)), `${message.id} is delivered before a ref`);
  }
  require(delivered.size === oracle.known.size, "a well-formed message is not delivered");
}

function checkRejections({ cases }: World, effects: readonly Effect[]): void {
  const codes = new Map(cases.map((each) => [each.message.id, each.rejection]));
  let count = 0;
  for (const effect of effects) {
    if (effect.kind !== "reject") continue;
    count++;
    const { rejected } = effect.rejection;
    require(rejected === codes.get(effect.id), `${effect.id} is refused as ${rejected}`);
  }
  const refused = cases.filter((each) => each.rejection !== undefined);
  require(count === refused.length, `${refused.length} to refuse, ${count} refused`);
}

function checkDecisions({ oracle }: World, decisions: readonly Decision[]): void {
  for (const a of oracle.learners) {
    const values = oracle.decisions(a, oracle.known.values()).map((ballot) => ballot.valueHash);
    const expected = [...new Set(values)].sort().join(" ");
    const actual = decisions.filter(({ learner }) => learner === a)
      .map(({ ballot }) => ballot.valueHash).sort().join(" ");
    require(actual === expected, `learner ${a} decides ${actual} instead of ${expected}`);
  }
}

function checkDisagreements(
  { oracle }: World,
  decisions: readonly Decision[],
  disagreements: readonly Disagreement[],
): void {
  const pairs = decisions.flatMap((first, index) =>
    decisions.slice(index + 1).filter(({ ballot }) => ballot.valueHash !== first.ballot.valueHash)
  );
  require(pairs.length === disagreements.length, "not every disagreement is reported once");
  for (const { first, second, caught, entangled } of disagreements) {
    const held = oracle.graph.safeSets[first.learner]![second.learner]!
      .some((safe) => (setOf(elements(safe)) & caught) === 0n);
    require(held === entangled, `${first.learner} and ${second.learner}: entangled ${entangled}`);
  }
}

function checkCaught({ oracle }: World, effects: readonly Effect[]): void {
  const caught: AcceptorIndex[] = [];
  for (const effect of effects) {
    if (effect.kind !== "caught") continue;
    const [one, two] = effect.evidence.map((entry) => entry.message as AcceptorMessage);
    require(one!.id !== two!.id && one!.prev === two!.prev, "the evidence is no fork");
    require(one!.signer === effect.acceptor, "the evidence is about somebody else");
    require(two!.signer === effect.acceptor, "the evidence is about somebody else");
    caught.push(effect.acceptor);
  }
  const messages = [...oracle.known.values()].filter((x) => x.kind === "acceptor");
  const expected = new Set(
    messages.filter((x) =>
      messages.some((y) => x !== y && x.signer === y.signer && x.prev === y.prev)
    ).map((x) => x.signer),
  );
  require(caught.length === expected.size, "somebody is caught twice, or not, or wrongly");
  require(caught.every((signer) => expected.has(signer)), "somebody honest is caught");
}

function require(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
