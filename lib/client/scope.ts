/**
 * How long a call may go on: until its time is over, its caller or the client ends it.
 *
 * @module
 */

import { ClientError } from "./errors.ts";

/**
 * What every call of a client can be told.
 *
 * @example
 * ```ts
 * import {
 *   type CallOptions,
 *   connect,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const options: CallOptions = { signal: AbortSignal.abort("enough") };
 * await using client = connect(alice);
 * const { code, cause } = await client.get(0n, options).catch((error) => error);
 * assertEquals([code, cause], ["ABORTED", "enough"]);
 * ```
 */
export interface CallOptions {
  /** Ends the call, which fails as ABORTED; its reason is the error's cause. */
  readonly signal?: AbortSignal;
}

/**
 * What a call that may wait can be told.
 *
 * @example
 * ```ts
 * import {
 *   connect,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 *   type WaitOptions,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const options: WaitOptions = { timeoutMs: 200 };
 * await using client = connect(alice);
 * const [answer] = await client.status(options);
 * assertEquals(answer?.acceptor, "Alice");
 * ```
 */
export interface WaitOptions extends CallOptions {
  /** Milliseconds after which it fails as TIMEOUT. */
  readonly timeoutMs?: number;
}

/** The time that one call has. To be ended in any case: then no timer and no listener is left. */
export class Scope {
  readonly #over = new AbortController();
  readonly #leave: (() => void)[] = [];
  #why: ClientError | undefined;
  #expired = false;

  /** @param closing Aborted when the client is closed. */
  constructor({ signal, timeoutMs }: WaitOptions, closing: AbortSignal) {
    this.#follow(closing, () => new ClientError("CLOSED", "the client is closed"));
    if (signal !== undefined) {
      const aborted = () => new ClientError("ABORTED", "aborted", { cause: signal.reason });
      this.#follow(signal, aborted);
    }
    if (timeoutMs === undefined || this.signal.aborted) return;
    const timer = setTimeout(() => {
      this.#expired = true;
      this.end();
    }, timeoutMs);
    this.#leave.push(() => clearTimeout(timer));
  }

  /** Aborted when the call is over, for whatever reason. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether its time was over first. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Throws why the call must not go on, if the caller or the client has ended it. */
  check(): void {
    if (this.#why !== undefined) throw this.#why;
  }

  /** The call is over. Can be repeated. */
  end(): void {
    for (const leave of this.#leave.splice(0)) leave();
    this.#over.abort();
  }

  /** Settles after `ms`, or at the end if that is sooner. */
  async pause(ms: number): Promise<void> {
    if (this.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const timer = setTimeout(resolve, ms);
    this.signal.addEventListener("abort", resolve);
    await promise;
    clearTimeout(timer);
    this.signal.removeEventListener("abort", resolve);
  }

  #follow(signal: AbortSignal, why: () => ClientError): void {
    const stop = () => {
      this.#why ??= why();
      this.end();
    };
    signal.addEventListener("abort", stop);
    this.#leave.push(() => signal.removeEventListener("abort", stop));
    if (signal.aborted) stop();
  }
}
