/**
 * The calls of a client to all acceptors at once, or to one after another.
 *
 * @module
 */

import type { Configuration } from "../config/configuration.ts";
import type { AcceptorIndex } from "../core/types.ts";
import type { Identity } from "../crypto/identity.ts";
import { connectToAcceptor } from "../net/acceptor_client.ts";
import { nextDelayMs } from "../net/backoff.ts";
import type { AcceptorClient } from "../net/client.ts";
import { reasonOf } from "../wire/os_reason.ts";
import type { AcceptorFailure } from "./errors.ts";
import type { Scope } from "./scope.ts";
import type { Asked, Survey } from "./survey.ts";

/** How the acceptors are called. */
export interface CallsOptions {
  readonly configuration: Configuration;
  /** HTTP/2 without TLS, on loopback only. */
  readonly cleartext: boolean;
  /** How long connecting may take, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long one acceptor is given before the next one is asked as well, in milliseconds. */
  readonly patienceMs: number;
}

/** Why acceptors have not answered, the newest reason of each. */
export class Failures {
  readonly #reasons: Map<string, string> = new Map();
  /** What is the matter, as acceptors say that were asked; undefined if nothing is known to be. */
  why: string | undefined;

  /** One call has failed. */
  add(acceptor: string, error: unknown): void {
    this.#reasons.set(acceptor, reasonOf(error));
  }

  /** It has answered after all. */
  delete(acceptor: string): void {
    this.#reasons.delete(acceptor);
  }

  /** By name of the acceptor. */
  get all(): AcceptorFailure[] {
    return [...this.#reasons].map(([acceptor, reason]) => ({ acceptor, reason }))
      .sort((a, b) => a.acceptor < b.acceptor ? -1 : 1);
  }
}

/** Itself, or anybody: then not all clients ask the same one. */
export function firstToAsk({ acceptors, self }: Configuration): AcceptorIndex {
  return self.acceptorIndex ?? Math.floor(Math.random() * acceptors.length);
}

/** The calls of one client. A connection to each acceptor, made when it is first needed. */
export class Calls {
  readonly #options: CallsOptions;
  readonly #clients: Map<string, AcceptorClient> = new Map();

  /** Dials nothing. */
  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** Ends all connections. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  /** The connection to an acceptor. */
  to(acceptor: Identity): AcceptorClient {
    const known = this.#clients.get(acceptor.name);
    if (known !== undefined) return known;
    const { configuration, cleartext, connectTimeoutMs } = this.#options;
    const client = connectToAcceptor(configuration, acceptor, { cleartext, connectTimeoutMs });
    this.#clients.set(acceptor.name, client);
    return client;
  }

  /**
   * Listens to what all acceptors say of some instances until the scope ends. Never rejects.
   *
   * @param again Whether one that has gone is called again; otherwise it settles when all have gone.
   */
  async listen(
    survey: Survey,
    asked: Asked,
    scope: Scope,
    failures: Failures,
    again: boolean,
  ): Promise<void> {
    await Promise.all(
      this.#options.configuration.acceptors.map(async (acceptor, index) => {
        for (let attempt = 0;; attempt++) {
          const heard = await this.#listenTo(acceptor, index, survey, asked, scope, failures);
          if (!again || scope.signal.aborted) return;
          if (heard) attempt = 0;
          await this.#backOff(attempt, scope);
        }
      }),
    );
  }

  /** Whether anything was heard before it has gone. */
  async #listenTo(
    acceptor: Identity,
    index: AcceptorIndex,
    survey: Survey,
    { instances, learners }: Asked,
    scope: Scope,
    failures: Failures,
  ): Promise<boolean> {
    const request = { instances: [...instances], learners: [...learners] };
    let heard = false;
    try {
      for await (const decision of this.to(acceptor).watchDecisions(request, scope.signal)) {
        heard = true;
        failures.delete(acceptor.name);
        if (!survey.take(index, decision)) {
          throw new Error("it says more than an honest acceptor would");
        }
      }
      if (!scope.signal.aborted) failures.add(acceptor.name, new Error("closed by peer"));
    } catch (error) {
      if (!scope.signal.aborted) failures.add(acceptor.name, error);
    }
    return heard;
  }

  /**
   * Has a value proposed: by one acceptor, and by the next if that one fails, does not know the end
   * of it, or takes longer than `patienceMs`; and round again until the scope ends, or all have
   * answered. Never rejects.
   */
  async propose(
    value: Uint8Array,
    { instances: [instance], learners }: Asked,
    survey: Survey,
    scope: Scope,
    failures: Failures,
  ): Promise<void> {
    const { acceptors } = this.#options.configuration;
    const first = firstToAsk(this.#options.configuration);
    const open = new Set(acceptors.keys());
    const asking = new Map<number, Promise<void>>();
    const ask = async (index: AcceptorIndex) => {
      const acceptor = acceptors[index]!;
      const request = {
        instance: instance!,
        value: new Uint8Array(value),
        learners: [...learners],
      };
      try {
        const { decisions } = await this.to(acceptor).propose(request, scope.signal);
        open.delete(index);
        failures.delete(acceptor.name);
        for (const decision of decisions) survey.take(index, decision);
        const said = new Set(decisions.map(({ learner }) => learner));
        const silent = learners.filter((name) => !said.has(name));
        if (silent.length > 0) survey.takeStarved(index, instance!, silent);
        // The others hear of it by themselves.
        else await scope.pause(this.#options.patienceMs);
      } catch (error) {
        if (!scope.signal.aborted) failures.add(acceptor.name, error);
      }
      asking.delete(index);
    };
    for (let turn = 0; open.size > 0 && !scope.signal.aborted; turn++) {
      const index = (first + turn) % acceptors.length;
      const round = Math.floor(turn / acceptors.length);
      if (turn > 0 && turn % acceptors.length === 0) await this.#backOff(round - 1, scope);
      if (!open.has(index) || asking.has(index)) continue;
      const call = ask(index);
      asking.set(index, call);
      await Promise.race([call, scope.pause(this.#options.patienceMs)]);
    }
    await Promise.all(asking.values());
  }

  #backOff(attempt: number, scope: Scope): Promise<void> {
    const { reconnectMsMin, reconnectMsMax } = this.#options.configuration.network;
    const range = { minMs: reconnectMsMin, maxMs: Math.max(reconnectMsMin, reconnectMsMax) };
    return scope.pause(nextDelayMs(attempt, Math.random, range));
  }
}
