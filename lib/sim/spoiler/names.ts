/**
 * Ids for a world in which nobody forges: short names, handed out in the order in which contents are
 * first seen. Copies of a world share them.
 *
 * @module
 */

import type { AcceptorContent, Ballot, MessageId, Proposal, ValueHash } from "../../core/types.ts";

/** Hands out ids. */
export class Names {
  readonly #ids: Map<string, MessageId> = new Map();

  /** The id of an acceptor message with this content. */
  readonly identify = ({ signer, prev, refs }: AcceptorContent): MessageId =>
    this.#name(`${signer} ${prev} ${refs.join(" ")}`);

  /** The 1a of a ballot. */
  proposalOf(ballot: Ballot): Proposal {
    const { seconds, nanos, valueHash, proposer } = ballot;
    const content = `1a ${seconds} ${nanos} ${valueHash} ${proposer}`;
    return { kind: "1a", id: this.#name(content), ballot };
  }

  #name(content: string): MessageId {
    let id = this.#ids.get(content);
    if (id === undefined) {
      id = this.#ids.size.toString(36).padStart(4, "0") as MessageId;
      this.#ids.set(content, id);
    }
    return id;
  }
}

/** Stands for the hash of a value. */
export function valueNamed(name: string): ValueHash {
  return name as ValueHash;
}
