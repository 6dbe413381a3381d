/**
 * Acceptors that have been given an old backup: what nobody can tell them they cannot know
 * (docs/DURABILITY.md, backups). What somebody could, they must not vote without.
 *
 * @module
 */

import type { MessageId } from "../../core/types.ts";
import type { Marks } from "../marks.ts";
import { type Referee, Violation } from "../referee.ts";
import type { Member } from "./member.ts";

/** What an acceptor that has been given an old backup could be told. */
interface Patient {
  /** By peer: the acceptor's own messages that the peer had when the acceptor started. */
  readonly remembered: Map<Member, Set<MessageId>>;
  /** Where it has voted since, and nothing was missing. */
  readonly well: Set<bigint>;
}

/** What the restored members of a cluster have forgotten. */
export class Amnesia {
  readonly #marks: Marks;
  /** By instance. */
  readonly #referees: ReadonlyMap<bigint, Referee>;
  readonly #patients: Map<Member, Patient> = new Map();

  /** Nobody has forgotten anything. */
  constructor(marks: Marks, referees: ReadonlyMap<bigint, Referee>) {
    this.#marks = marks;
    this.#referees = referees;
  }

  /** A member has crashed, and perhaps been given an old backup. */
  crashed(member: Member, isRestored: boolean): void {
    const { self } = member.configuration;
    if (self.acceptorIndex === undefined) return;
    if (!isRestored && !this.#patients.has(member)) return;
    // Once what it has taken back is on its disk, it has no excuse.
    const lacks = [...this.#referees].some(([instance]) =>
      this.#forgotten(member, instance, (id) => member.stored.message(instance, id) !== undefined)
        .length > 0
    );
    if (isRestored || lacks) {
      this.#patients.set(member, { remembered: new Map(), well: new Set() });
    } else {
      this.#patients.delete(member);
    }
  }

  /** A member starts, while these run. */
  starts(member: Member, others: readonly Member[]): void {
    const patient = this.#patients.get(member);
    if (patient === undefined) return;
    for (const other of others) {
      const known = new Set<MessageId>();
      for (const [instance, { honestIds }] of this.#referees) {
        for (const [id, signer] of honestIds) {
          if (signer === member.index && other.stored.message(instance, id)) known.add(id);
        }
      }
      patient.remembered.set(other, known);
    }
  }

  /**
   * A member signs in an instance, and knows these messages there.
   *
   * @throws Violation if it has forgotten what a peer could tell that it has heard.
   */
  signs(member: Member, instance: bigint, known: { has(id: MessageId): boolean }): void {
    const patient = this.#patients.get(member);
    const referee = this.#referees.get(instance);
    if (patient === undefined || referee === undefined || patient.well.has(instance)) return;
    patient.well.add(instance);
    const forgotten = this.#forgotten(member, instance, (id) => known.has(id));
    if (forgotten.length === 0) return this.#marks.mark("a restored acceptor");
    this.#excuse(member, patient, instance, forgotten);
  }

  /**
   * A member that votes meets a message of its own: it says nothing there any more.
   *
   * @throws Violation if it must have known it, by its disk or by what a peer could tell that it has heard.
   */
  meets(member: Member, instance: bigint, id: MessageId): void {
    const patient = this.#patients.get(member);
    if (patient === undefined) {
      throw new Violation(`${member.name} meets ${id.slice(0, 8)}, which its disk must know`);
    }
    this.#excuse(member, patient, instance, [id]);
  }

  /** Nobody could tell it: then nobody can ask for its vote in that instance. */
  #excuse(member: Member, patient: Patient, instance: bigint, forgotten: MessageId[]): void {
    for (const [other, remembered] of patient.remembered) {
      // What has been taken from the peer since it cannot tell.
      const told = forgotten.find((id) =>
        remembered.has(id) && other.stored.message(instance, id) !== undefined
      );
      if (told === undefined || !member.life!.heard.has(other.name)) continue;
      const id = told.slice(0, 8);
      throw new Violation(`${member.name} votes without ${id}, which ${other.name} remembers`);
    }
    this.#marks.mark("a restored acceptor misses a message");
    this.#referees.get(instance)!.excused |= 1n << BigInt(member.index);
  }

  #forgotten(member: Member, instance: bigint, has: (id: MessageId) => boolean): MessageId[] {
    const ids = this.#referees.get(instance)?.honestIds ?? new Map<MessageId, number>();
    return [...ids].flatMap(([id, signer]) => signer === member.index && !has(id) ? [id] : []);
  }
}
