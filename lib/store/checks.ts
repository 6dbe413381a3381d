/**
 * What both journals demand of their callers.
 *
 * @module
 */

import type { JournalBatch } from "./journal.ts";

const HASH = /^[0-9a-f]{64}$/;
const INSTANCE_MAX = 2n ** 64n - 1n;

/**
 * Refuses a batch that does not continue a journal of `length` messages, or names what cannot be.
 * Whether a message is kept already is for the journal to find out.
 *
 * @throws Error
 */
export function checkBatch(batch: JournalBatch, length: number): void {
  for (const [i, { position, id, instance }] of batch.messages.entries()) {
    if (position !== length + i) {
      throw new Error(`message ${position} cannot follow message ${length + i - 1}`);
    }
    checkHash(id);
    checkInstance(instance);
  }
  for (const { hash } of batch.values) checkHash(hash);
  for (const { instance, ballot, proposal } of batch.decisions) {
    checkInstance(instance);
    checkHash(ballot.valueHash);
    checkHash(proposal);
    checkCount(ballot.seconds);
    checkCount(ballot.nanos);
    checkCount(ballot.proposer);
  }
  for (const { instance, first, second } of batch.evidence) {
    checkInstance(instance);
    checkHash(first);
    checkHash(second);
  }
  for (const { position } of batch.progress) checkCount(position);
}

/** Refuses a number that counts nothing. */
export function checkCount(count: number): void {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is no count`);
}

function checkHash(hash: string): void {
  if (!HASH.test(hash)) throw new Error(`"${hash}" is not 64 lower-case hex digits`);
}

function checkInstance(instance: bigint): void {
  if (instance < 0n || instance > INSTANCE_MAX) throw new Error(`${instance} is no instance`);
}
