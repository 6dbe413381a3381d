/**
 * Writes what the honest processes of a world do as a trace (lib/trace).
 *
 * @module
 */

import type { Effect, Input } from "../core/effects.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { CoreLimits } from "../core/instance.ts";
import { type ProposerStep, TraceWriter } from "../trace/writer.ts";
import type { Process } from "./process.ts";
import { INSTANCE } from "./sealed.ts";
import type { Spectator } from "./world.ts";

/** See the module. */
export class Recorder implements Spectator {
  readonly #graph: LearnerGraph;
  readonly #limits: CoreLimits;
  readonly #write: (line: string) => void;
  readonly #writers: Map<Process, TraceWriter> = new Map();

  /** @param write Takes one line at a time, without a line break. */
  constructor(graph: LearnerGraph, limits: CoreLimits, write: (line: string) => void) {
    this.#graph = graph;
    this.#limits = limits;
    this.#write = write;
  }

  /** A process knows nothing, or nothing any more. */
  started(process: Process): void {
    const { name, acceptor: self } = process.role;
    const context = { graph: this.#graph, limits: this.#limits, self };
    let writer = this.#writers.get(process);
    if (writer === undefined) {
      writer = new TraceWriter(name, context, this.#write);
      this.#writers.set(process, writer);
    } else {
      writer.close(BigInt(INSTANCE));
    }
    writer.open(BigInt(INSTANCE), "asks");
  }

  /** The core has made a step. */
  stepped(process: Process, input: Input, effects: readonly Effect[]): void {
    this.#writers.get(process)!.step(BigInt(INSTANCE), input, effects);
  }

  /** A proposer has made a step. */
  offering(process: Process, step: ProposerStep): void {
    this.#writers.get(process)!.propose(BigInt(INSTANCE), step);
  }
}
