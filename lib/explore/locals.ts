/**
 * The states of single acceptors. What an acceptor does depends only on its own state and the
 * message it gets, so each pair of the two is run through the core once, however many states of the
 * whole it occurs in.
 *
 * @module
 */

import { fullSet } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { CoreContext, Effect, InstanceState } from "../core/instance.ts";
import { isRejection } from "../core/rejection.ts";
import type { AcceptorIndex, AcceptorMessage, AcceptorSet, MessageId } from "../core/types.ts";
import { cloneInstance } from "../sim/clone.ts";
import { keyOf } from "./key.ts";
import { type MessageNumber, type Messages, numberOf, renameMessage } from "./messages.ts";
import type { Permutation } from "./symmetry.ts";
import { identify } from "../sim/ids.ts";

/** Number of a {@linkcode Local} state. */
export type LocalNumber = number;

/** There is nothing to deliver: the message is known, waits already, or has unknown refs. */
export const NOTHING = -1;

/** State of one honest acceptor. */
export interface Local {
  readonly acceptor: AcceptorIndex;
  /** Never stepped, only its copies. */
  readonly instance: InstanceState;
  /** The state before; itself for the first. */
  readonly parent: LocalNumber;
  /** What was delivered to `parent`; NOTHING for the first. */
  readonly via: MessageNumber;
  /** Own messages sent so far, in order. */
  readonly chain: readonly MessageNumber[];
  /** By acceptor: how many of its messages are known. */
  readonly known: readonly number[];
  /** Votes cast by own 2as. */
  readonly votes: number;
  /** What an honest acceptor must never do, if it has just done it. */
  readonly fault: string | undefined;
  /** Whether no rule lets it sign again: it has served all learners in the highest ballot. */
  readonly finished: boolean;
  /** By message: what its delivery leads to. */
  readonly next: Map<MessageNumber, LocalNumber>;
}

/** All states of single acceptors met so far. */
export interface Locals {
  readonly messages: Messages;
  readonly outOfOrder: boolean;
  /** Who follows the protocol. */
  readonly honest: AcceptorSet;
  readonly contexts: readonly CoreContext[];
  readonly all: Local[];
  readonly numbers: Map<string, LocalNumber>;
  readonly renamed: Map<Permutation, LocalNumber[]>;
  readonly seen: LocalCoverage;
}

/** How often something happened in the steps of single acceptors. */
export interface LocalCoverage {
  /** A 1a that the acceptor did not answer. */
  stale1as: number;
  /** Steps run. */
  steps: number;
  /** Steps after which an acceptor has caught one more equivocator. */
  caught: number;
  /** Messages that had to wait for their refs. */
  waits: number;
}

/** Later than all 1as. */
const NOW = { seconds: 1_000, nanos: 0 };

/** Never reached by what is explored. */
const LIMITS = {
  inboxRefsPerPeerMax: 1_000_000,
  inboxWaitMsMax: 1_000_000,
  futureProposalsMax: 1_000,
  clockSkewMsMax: 1_000,
};

/** A table without states. */
export function newLocals(messages: Messages, honest: AcceptorSet, outOfOrder: boolean): Locals {
  const { graph } = messages;
  const contexts = graph.spec.acceptors.map((_, self) => ({ graph, limits: LIMITS, self }));
  const seen = { stale1as: 0, steps: 0, caught: 0, waits: 0 };
  return {
    messages,
    outOfOrder,
    honest,
    contexts,
    all: [],
    numbers: new Map(),
    renamed: new Map(),
    seen,
  };
}

/** The state of an acceptor to which nothing has happened. */
export function firstLocal(locals: Locals, acceptor: AcceptorIndex): LocalNumber {
  const { messages: { core, graph }, contexts, all } = locals;
  const instance = core.newInstance(contexts[acceptor]!, identify);
  return enter(locals, {
    acceptor,
    instance,
    parent: all.length,
    via: NOTHING,
    chain: [],
    known: graph.spec.acceptors.map(() => 0),
    votes: 0,
    fault: undefined,
    finished: false,
    next: new Map(),
  });
}

/** What becomes of a state when a message is delivered; {@linkcode NOTHING} if it cannot be. */
export function deliverTo(
  locals: Locals,
  from: LocalNumber,
  message: MessageNumber,
): LocalNumber {
  const { next } = locals.all[from]!;
  const known = next.get(message);
  if (known !== undefined) return known;
  const result = canDeliver(locals, from, message) ? stepLocal(locals, from, message) : NOTHING;
  next.set(message, result);
  return result;
}

function canDeliver(locals: Locals, from: LocalNumber, number: MessageNumber): boolean {
  const { messages: { entries }, outOfOrder } = locals;
  const { dag, inbox } = locals.all[from]!.instance;
  const { message } = entries[number]!;
  if (dag.has(message.id) || inbox.waiting.has(message.id)) return false;
  return outOfOrder || message.kind === "1a" || message.refs.every((ref) => dag.has(ref));
}

function stepLocal(locals: Locals, from: LocalNumber, number: MessageNumber): LocalNumber {
  const { messages, contexts, all, seen } = locals;
  const before = all[from]!;
  const { acceptor } = before;
  const instance = cloneInstance(before.instance);
  const { message } = messages.entries[number]!;
  const input = { kind: "message" as const, message, source: "peer", now: NOW };
  const effects = messages.core.step(contexts[acceptor]!, instance, input);
  const sent = effects.filter((effect) => effect.kind === "send");
  seen.steps++;
  if (message.kind === "1a" && sent.length === 0) seen.stale1as++;
  if (instance.view.caught !== before.instance.view.caught) seen.caught++;
  if (!instance.dag.has(message.id)) seen.waits++;
  const local = {
    acceptor,
    instance,
    parent: from,
    via: number,
    chain: before.chain.slice(),
    known: countKnown(before, effects),
    votes: before.votes,
    fault: undefined as string | undefined,
    finished: false,
    next: new Map(),
  };
  for (const { entry } of sent) {
    const own = numberOf(messages, entry.message);
    if (isRejection(own)) {
      local.fault = `an honest message is refused by others: ${own.rejected}, ${own.detail}`;
      break;
    }
    if (factsKey(messages.entries[own]!) !== factsKey(entry)) {
      local.fault = "an honest message means one thing to its signer and another to others";
    }
    local.chain.push(own);
    local.votes |= messages.votes[own]!;
  }
  local.fault ??= faultOf(locals, local, effects);
  local.finished = isFinished(messages, local.chain);
  return enter(locals, local);
}

function countKnown({ known }: Local, effects: readonly Effect[]): number[] {
  const counts = known.slice();
  for (const effect of effects) {
    if (effect.kind !== "deliver" && effect.kind !== "send") continue;
    const { message } = effect.entry;
    if (message.kind === "acceptor") counts[message.signer]!++;
  }
  return counts;
}

/** What an honest acceptor must not do, whatever it receives. */
function faultOf(
  { messages, honest }: Locals,
  { acceptor, chain, instance }: Pick<Local, "acceptor" | "chain" | "instance">,
  effects: readonly Effect[],
): string | undefined {
  const { entries, graph } = messages;
  const name = graph.spec.acceptors[acceptor];
  for (const effect of effects) {
    if (effect.kind === "reject") return `${name} rejects ${effect.rejection.rejected}`;
    if (effect.kind === "estranged") return `${name} meets a message of its own that it forgot`;
  }
  if ((instance.view.caught & honest) !== 0n) return `${name} takes an honest acceptor for caught`;
  const last = chain.at(-1);
  if (last === undefined) return undefined;
  const { message, facts } = entries[last]!;
  const before = chain.at(-2);
  const expectedPrev = before === undefined ? undefined : entries[before]!.message.id;
  if ((message as AcceptorMessage).prev !== expectedPrev) return `${name} forks its own messages`;
  const inBallot = chain.filter((own) => entries[own]!.facts.proposal === facts.proposal);
  if (inBallot.length > 1 + graph.learnerCount) {
    return `${name} signs ${inBallot.length} messages in one ballot`;
  }
  return undefined;
}

function isFinished({ entries, graph, offerCount }: Messages, chain: readonly number[]): boolean {
  const last = chain.at(-1);
  if (last === undefined) return false;
  const { proposal, served } = entries[last]!.facts;
  return proposal === entries[offerCount - 1] && served === fullSet(graph.learnerCount);
}

/** What others may count on, as text. */
function factsKey({ facts }: Entry): string {
  const { kind, proposal, caught, fresh, freshSigners, learners2a, served } = facts;
  return [kind, proposal.message.id, caught, fresh, freshSigners, learners2a, served].join(" ");
}

function enter(locals: Locals, local: Local): LocalNumber {
  const { messages: { numbers }, all } = locals;
  const nameOf = (id: MessageId) => numbers.get(id) ?? NOTHING;
  const key = `${local.acceptor} ${local.fault ?? ""} ${keyOf(local.instance, nameOf)}`;
  const known = locals.numbers.get(key);
  if (known !== undefined) return known;
  locals.numbers.set(key, all.length);
  return all.push(local) - 1;
}

/** The state of the renamed acceptor after the same deliveries with all acceptors renamed. */
export function renameLocal(
  locals: Locals,
  number: LocalNumber,
  permutation: Permutation,
): LocalNumber {
  let renamed = locals.renamed.get(permutation);
  if (renamed === undefined) locals.renamed.set(permutation, renamed = []);
  const known = renamed[number];
  if (known !== undefined) return known;
  const { acceptor, parent, via, chain } = locals.all[number]!;
  const result = via === NOTHING ? firstLocal(locals, permutation[acceptor]!) : deliverTo(
    locals,
    renameLocal(locals, parent, permutation),
    renameMessage(locals.messages, via, permutation),
  );
  const own = locals.all[result]?.chain.join();
  const expected = chain.map((message) => renameMessage(locals.messages, message, permutation));
  if (own !== expected.join()) throw new Error("acceptors do not act alike but for their names");
  return renamed[number] = result;
}
