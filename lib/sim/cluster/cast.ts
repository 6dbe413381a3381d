/**
 * The villains of a simulated cluster, of all kinds, and how they are dialed.
 *
 * @module
 */

import type { Verifier } from "../../crypto/verify.ts";
import type { EventQueue } from "../event_queue.ts";
import type { Marks } from "../marks.ts";
import type { Prng } from "../prng.ts";
import type { Members } from "./configuration.ts";
import { Life } from "./life.ts";
import { Plotters } from "./plotters.ts";
import type { ClusterScenario } from "./scenario.ts";
import { StoredJournal } from "./stored_journal.ts";
import type { End } from "./streams.ts";
import { VirtualClock } from "./time.ts";
import { Budget, villainEnd } from "./villains.ts";

/** What villains need of their world. */
export interface CastOptions {
  readonly scenario: ClusterScenario;
  readonly members: Members;
  readonly verifier: Verifier | undefined;
  readonly queue: EventQueue;
  readonly prng: Prng;
  readonly marks: Marks;
  /** For a new journal. */
  readonly makeEpoch: () => string;
  /** Opens a stream to a process, by number; false if nobody answers. */
  dial(from: number, to: number, end: End): boolean;
}

/** All villains of one cluster. */
export class Cast {
  /** Those that act on what is said. */
  readonly plotters: Plotters;
  readonly #options: CastOptions;
  readonly #budgets: Map<number, Budget> = new Map();
  /** By villain: the first of two talks to processes of even number, the second to the others. */
  readonly #twins: Map<number, readonly [Life, Life]> = new Map();

  /** Nobody does anything yet. */
  constructor(options: CastOptions) {
    this.#options = options;
    this.plotters = new Plotters(options);
  }

  /** Everybody begins. */
  begin(): void {
    const { scenario: { villains }, marks } = this.#options;
    for (const [index, villainy] of villains) {
      marks.mark(`villain: ${villainy}`);
      if (villainy !== "twins") continue;
      const twins = [this.#twin(index, 0), this.#twin(index, 1)] as const;
      this.#twins.set(index, twins);
      for (const life of twins) life.start();
    }
    this.plotters.begin();
  }

  /** The end of a stream at whom somebody has dialed, a villain; undefined if nobody answers. */
  answer(from: number, to: number): End | undefined {
    const { scenario: { names, villains, villainsUntilMs }, members } = this.#options;
    const villainy = villains.get(to)!;
    if (villainy === "twins") return this.#twins.get(to)?.[from % 2]?.answer(names[from]!);
    if (villainy === "plotter") return this.plotters.end(to, from);
    const { queue, prng, marks } = this.#options;
    const configuration = members.configurations[to]!;
    const budget = this.#budgets.get(to) ?? new Budget();
    this.#budgets.set(to, budget);
    const options = { configuration, queue, prng, marks, villainy, budget };
    return villainEnd({ ...options, untilMs: villainsUntilMs }, names[from]!);
  }

  #twin(index: number, parity: number): Life {
    const { scenario: { names, clocks }, members, verifier, queue, prng } = this.#options;
    return new Life({
      ...{ configuration: members.configurations[index]!, verifier, prng },
      clock: new VirtualClock(queue, clocks[index]!),
      journal: new StoredJournal(this.#options.makeEpoch),
      reaches: (name) => names.indexOf(name) % 2 === parity,
      isTwin: true,
      ...{ observer: {}, taken: () => {}, log: () => {}, trace: undefined },
      dial: (acceptor, end) => this.#options.dial(index, names.indexOf(acceptor), end),
      ended: () => {},
      identityInUse: () => {},
    });
  }
}
