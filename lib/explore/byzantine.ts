/**
 * What Byzantine acceptors can send: any well-formed message within the bounds.
 *
 * @module
 */

import { isRejection } from "../core/rejection.ts";
import type { AcceptorIndex, AcceptorMessage, MessageId } from "../core/types.ts";
import { idOf, type MessageNumber, type Messages, numberOf } from "./messages.ts";
import { renameMessage, signerOf } from "./messages.ts";
import type { Permutation } from "./symmetry.ts";
import type { ByzantineBounds } from "./types.ts";
import { acceptorMessage } from "../sim/ids.ts";

/** Number of a set of messages that Byzantine acceptors have sent. Of the empty set: 0. */
export type PoolNumber = number;

/** All sets of messages that Byzantine acceptors have sent in some state. */
export interface Pools {
  readonly messages: Messages;
  readonly byzantine: readonly AcceptorIndex[];
  readonly bounds: ByzantineBounds;
  /** By number: the messages, ascending. */
  readonly all: (readonly MessageNumber[])[];
  readonly numbers: Map<string, PoolNumber>;
  readonly renamed: Map<Permutation, PoolNumber[]>;
  /** By what has been sent: what a Byzantine acceptor can send next. */
  readonly next: Map<string, readonly PoolNumber[]>;
  /** Different messages that were tried and are not well-formed. */
  readonly rejected: Map<MessageId, string>;
  /** By message: the acceptor messages in its past. */
  readonly pasts: Map<MessageNumber, ReadonlySet<MessageNumber>>;
}

/** Only the empty set. */
export function newPools(
  messages: Messages,
  byzantine: readonly AcceptorIndex[],
  bounds: ByzantineBounds,
): Pools {
  return {
    messages,
    byzantine,
    bounds,
    all: [[]],
    numbers: new Map([["", 0]]),
    renamed: new Map(),
    next: new Map(),
    rejected: new Map(),
    pasts: new Map(),
  };
}

/** The number of a set. */
export function poolOf(pools: Pools, messages: readonly MessageNumber[]): PoolNumber {
  const sorted = messages.toSorted((a, b) => a - b);
  const key = sorted.join();
  const known = pools.numbers.get(key);
  if (known !== undefined) return known;
  pools.numbers.set(key, pools.all.length);
  return pools.all.push(sorted) - 1;
}

/** The set of the same messages with all acceptors renamed. */
export function renamePool(pools: Pools, number: PoolNumber, permutation: Permutation): PoolNumber {
  if (number === 0) return 0;
  let renamed = pools.renamed.get(permutation);
  if (renamed === undefined) pools.renamed.set(permutation, renamed = []);
  return renamed[number] ??= poolOf(
    pools,
    pools.all[number]!.map((message) => renameMessage(pools.messages, message, permutation)),
  );
}

/**
 * The sets that arise from `pool` by one more message.
 *
 * @param chains By honest acceptor: its messages.
 */
export function poolsAfter(
  pools: Pools,
  pool: PoolNumber,
  chains: readonly (readonly MessageNumber[])[],
): readonly PoolNumber[] {
  const sent = pools.all[pool]!;
  if (sent.length >= pools.bounds.messages) return [];
  const key = `${pool} ${chains.map((chain) => chain.at(-1) ?? -1).join()}`;
  let next = pools.next.get(key);
  if (next === undefined) {
    const everything = [...chains.flat(), ...sent].toSorted((a, b) => a - b);
    next = pools.byzantine
      .flatMap((signer) => messagesBy(pools, signer, sent, everything))
      .map((message) => poolOf(pools, [...sent, message]));
    pools.next.set(key, next);
  }
  return next;
}

/** Every well-formed message within the bounds that the signer has not sent yet. */
function messagesBy(
  pools: Pools,
  signer: AcceptorIndex,
  sent: readonly MessageNumber[],
  everything: readonly MessageNumber[],
): MessageNumber[] {
  const { messages, rejected } = pools;
  const found = new Set<MessageNumber>();
  const own = sent.filter((message) => signerOf(messages, message) === signer);
  const offers = Array.from({ length: messages.offerCount }, (_, offer) => [offer]);
  for (const prev of [undefined, ...own]) {
    for (const set of refSets(pools, prev, everything)) {
      for (const offer of [[], ...offers]) {
        const refs = [...set, ...offer].map((number) => idOf(messages, number));
        if (refs.length === 0) continue;
        const prevId = prev === undefined ? undefined : idOf(messages, prev);
        const message = acceptorMessage(signer, prevId, refs);
        if (rejected.has(message.id)) continue;
        const number = numberOf(messages, message);
        if (isRejection(number)) rejected.set(message.id, number.rejected);
        else if (!sent.includes(number)) found.add(number);
      }
    }
  }
  return [...found];
}

/**
 * `prev` with at most so many of the candidates as the bounds allow: none in the past of another, or
 * of `prev`. A set that is left out has the same past as its maximal members, so the message with
 * these is a twin: the same signer, `prev` and past, the same facts, another id. That `prev` is in
 * the past of a candidate is no obstacle: it has to be a ref, and a reply to a reply has no twin.
 */
function* refSets(
  pools: Pools,
  prev: MessageNumber | undefined,
  candidates: readonly MessageNumber[],
): Generator<readonly MessageNumber[]> {
  const { bounds: { refs, twins = false } } = pools;
  const old = prev === undefined ? NOTHING : pastOf(pools, prev);
  const fit = candidates.filter((candidate) =>
    candidate !== prev && (twins || !old.has(candidate))
  );
  const unrelated = (a: MessageNumber, b: MessageNumber) =>
    twins || (!pastOf(pools, a).has(b) && !pastOf(pools, b).has(a));
  for (const set of subsets(fit, refs, unrelated)) {
    yield prev === undefined ? set : [prev, ...set];
  }
}

const NOTHING: ReadonlySet<MessageNumber> = new Set();

/** All sets of at most `count` items, any two of which are compatible; the empty one first. */
function* subsets(
  items: readonly MessageNumber[],
  count: number,
  compatible: (a: MessageNumber, b: MessageNumber) => boolean,
): Generator<readonly MessageNumber[]> {
  yield [];
  if (count === 0) return;
  for (const [index, first] of items.entries()) {
    const rest = items.slice(index + 1).filter((other) => compatible(first, other));
    for (const others of subsets(rest, count - 1, compatible)) yield [first, ...others];
  }
}

function pastOf(pools: Pools, number: MessageNumber): ReadonlySet<MessageNumber> {
  const { messages: { entries, numbers, offerCount }, pasts } = pools;
  const known = pasts.get(number);
  if (known !== undefined) return known;
  const past = new Set<MessageNumber>();
  for (const ref of (entries[number]!.message as AcceptorMessage).refs) {
    const to = numbers.get(ref)!;
    if (to < offerCount) continue;
    past.add(to);
    for (const further of pastOf(pools, to)) past.add(further);
  }
  pasts.set(number, past);
  return past;
}
