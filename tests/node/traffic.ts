/**
 * What crosses the network of a cluster, and how much of it need not have.
 *
 * @module
 */

import { isRejection } from "../../lib/core/rejection.ts";
import type { MessageId } from "../../lib/core/types.ts";
import { messageId } from "../../lib/crypto/hash.ts";
import { decodeNamed, type Named } from "../../lib/node/envelopes.ts";
import { decodeMessage } from "../../lib/wire/codec.ts";
import type { ConsensusMessage, Envelope } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { Joint, TestCluster, TestProcess } from "./cluster.ts";

/** What one end of a link knows of the other's knowledge, from what has arrived. */
interface Shown {
  /** Shown, but not known here yet, or only at this very moment: and when, in milliseconds. */
  readonly pending: Map<MessageId, { readonly named: Named; readonly atMs: number }>;
  /** Shown, with all that it refers to. */
  readonly closed: Set<MessageId>;
  /** Asked for, as often as in the list. */
  readonly wanted: Map<MessageId, number>;
}

/** Counts of what has crossed a network. */
export class Traffic {
  envelopes = 0;
  messages = 0;
  /** Messages that were on their way to a process that knew them already. */
  redundant = 0;
  /** Messages sent to a peer that had shown, unasked, that it had them. */
  needless = 0;
  /** Values sent with 1as. */
  values = 0;
  haves = 0;
  wants = 0;
  offers = 0;
  readonly #configDigest: Uint8Array;
  readonly #limits: { readonly valueBytesMax: number; readonly refsMax: number };
  readonly #shown: Map<Joint, Map<TestProcess, Shown>> = new Map();

  constructor(cluster: TestCluster) {
    const { digest, limits } = cluster.configurations[0]!;
    this.#configDigest = digest.whole;
    this.#limits = limits;
    cluster.tap = (moment, from, to, envelope, joint) => {
      if (moment === "sent") this.#sent(from, envelope, this.#shownTo(joint, from));
      else this.#arrives(to, envelope, this.#shownTo(joint, to));
    };
  }

  /** In words. */
  toString(): string {
    const { envelopes, messages, redundant, needless, values, haves, wants, offers } = this;
    return `${envelopes} envelopes, ${messages} messages (${redundant} redundant, ${needless} ` +
      `needless), ${values} values, ${haves} haves, ${wants} wants, ${offers} offers`;
  }

  #shownTo(joint: Joint, process: TestProcess): Shown {
    let ends = this.#shown.get(joint);
    if (ends === undefined) this.#shown.set(joint, ends = new Map());
    let shown = ends.get(process);
    if (shown === undefined) {
      shown = { pending: new Map(), closed: new Set(), wanted: new Map() };
      ends.set(process, shown);
    }
    return shown;
  }

  #id(message: ConsensusMessage): MessageId {
    const wire = decodeMessage(message, this.#limits);
    if (isRejection(wire)) throw new Error(wire.detail);
    return messageId(this.#configDigest, wire);
  }

  #sent(from: TestProcess, envelope: Envelope, shown: Shown): void {
    this.envelopes++;
    this.haves += decodeNamed(envelope.have).length;
    this.wants += decodeNamed(envelope.want).length + decodeNamed(envelope.wantValues).length;
    this.offers += decodeNamed(envelope.offers).length;
    close(from, shown);
    for (const message of envelope.messages) {
      this.messages++;
      if (message.body.case === "proposal" && message.body.value.value !== undefined) this.values++;
      const id = this.#id(message);
      const wanted = shown.wanted.get(id) ?? 0;
      if (wanted > 0) shown.wanted.set(id, wanted - 1);
      else if (shown.closed.has(id)) this.needless++;
    }
  }

  #arrives(to: TestProcess, envelope: Envelope, shown: Shown): void {
    const show = (named: Named) => {
      shown.pending.set(named.id, { named, atMs: to.node.options.clock.elapsedMs() });
    };
    for (const named of decodeNamed(envelope.have)) show(named);
    for (const named of decodeNamed(envelope.offers)) show(named);
    for (const { id } of [...decodeNamed(envelope.want), ...decodeNamed(envelope.wantValues)]) {
      shown.wanted.set(id, (shown.wanted.get(id) ?? 0) + 1);
    }
    for (const message of envelope.messages) {
      const named = { instance: message.instance, id: this.#id(message) };
      if (to.node.ledger.has(named)) this.redundant++;
      show(named);
    }
  }
}

/** Takes in what has been shown and is kept here by now, with all it refers to. */
function close({ node }: TestProcess, { pending, closed }: Shown): void {
  const nowMs = node.options.clock.elapsedMs();
  const isKept = ({ instance, id }: Named) =>
    node.ledger.journal.message(instance, id) !== undefined;
  const stack = [...pending.values()]
    .flatMap(({ named, atMs }) => atMs < nowMs && isKept(named) ? [named] : []);
  for (const { id } of stack) pending.delete(id);
  for (let named = stack.pop(); named !== undefined; named = stack.pop()) {
    const { instance, id } = named;
    if (closed.has(id)) continue;
    closed.add(id);
    stack.push(...node.ledger.get(instance, id)!.refs.map((ref) => ({ instance, id: ref })));
  }
}
