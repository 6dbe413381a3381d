/**
 * Acceptors that have been given an old backup: what nobody can tell them they cannot know
 * (docs/DURABILITY.md, backups).
 *
 * @module
 */

import type { Process } from "./process.ts";
import type { Referee } from "./referee.ts";

/** See the module. */
export class Amnesia {
  readonly #referee: Referee;
  readonly #patients: Set<Process> = new Set();

  /** @param referee Knows what acceptors have said. */
  constructor(referee: Referee) {
    this.#referee = referee;
  }

  /** A process has been given an old backup. */
  begins(process: Process): void {
    if (process.role.acceptor !== undefined) this.#patients.add(process);
  }

  /** A process crashes: once what it has taken back should be on its disk, it has no excuse. */
  crashes(process: Process, nowMs: number): void {
    if (!this.#patients.has(process)) return;
    const { state, disk, role: { acceptor } } = process;
    const durable = new Set(disk.durable.map(({ message }) => message.id));
    const mayForget = this.#referee.hasForgotten(acceptor, state.dag) ||
      (disk.isSyncing(nowMs) && this.#referee.hasForgotten(acceptor, durable));
    if (!mayForget) this.#patients.delete(process);
  }

  /** An acceptor votes: whether it has forgotten something, undefined if it had no old backup. */
  has(process: Process): boolean | undefined {
    if (!this.#patients.has(process)) return undefined;
    return this.#referee.hasForgotten(process.role.acceptor, process.state.dag);
  }
}
