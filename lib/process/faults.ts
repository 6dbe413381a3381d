/**
 * Faults of our own (ADR 0004): a step that throws leaves its state in an unknown condition, so
 * nothing more is kept, signed, sent or answered, and the process ends.
 *
 * @module
 */

import { Code, ConnectError } from "@connectrpc/connect";
import { LinkError } from "../net/errors.ts";
import type { LogHandlers } from "../net/log_rpc.ts";
import type { ServiceHandlers } from "../net/rpc.ts";
import type { Clock } from "../node/clock.ts";
import type { Logger } from "../node/logger.ts";
import { JournalError } from "../store/journal.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";

/** Whoever in a process meets an error that is nobody's else brings it here. */
export class Faults {
  /** Rejects if the process must not go on; never resolves. */
  readonly failed: Promise<never>;
  readonly #failure = Promise.withResolvers<never>();
  readonly #log: Logger;
  readonly #acts: ((error: unknown) => void)[] = [];
  #halted = false;

  constructor(log: Logger) {
    this.#log = log;
    this.failed = this.#failure.promise;
    // Whoever runs the process hears of it; until somebody does, it is nobody's rejection.
    this.failed.catch(() => {});
  }

  /** Whether there has been a fault. */
  get halted(): boolean {
    return this.#halted;
  }

  /** `act` is done at once when there is a fault, before anything else can happen. */
  onHalt(act: (error: unknown) => void): void {
    this.#acts.push(act);
  }

  /** Lets the process fail, though it is not our fault. */
  readonly fail = (error: OperatorError): void => this.#failure.reject(error);

  /** Ends everything at once, and says with the stack why: the first time only. */
  readonly fault = (error: unknown): void => {
    if (this.#halted) return;
    this.#halted = true;
    for (const act of this.#acts) {
      try {
        act(error);
      } catch {
        // What is half done cannot always be ended; the process is.
      }
    }
    if (error instanceof JournalError) {
      return this.fail(
        new OperatorError(EXIT.resource, `${error.message}; nothing more is signed or sent`),
      );
    }
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    this.#log("error", `internal error, nothing more is signed or sent: ${message}`, { stack });
    this.#failure.reject(error);
  };

  /** What a caller is told of an error; a fault of ours is one. */
  judge(error: unknown): Error {
    if (error instanceof ConnectError || error instanceof LinkError) return error;
    this.fault(error);
    return new ConnectError("internal error", Code.Internal);
  }

  /** Throws if there has been a fault. */
  requireSound(): void {
    if (this.#halted) throw new ConnectError("the process ends", Code.Unavailable);
  }
}

/** What peers are told of a fault: of a journal why, of the rest nothing that is not theirs to know. */
export function faultWords(error: unknown): string {
  if (!(error instanceof JournalError)) return "it has ended by a fault of its own";
  const { cause } = error;
  const why = cause instanceof Error ? ` (${cause.message.replace(/\s+/g, " ").slice(0, 80)})` : "";
  return `its journal cannot be written${why}: make room, or mend the disk, and start it again`;
}

/** A clock whose timers have an owner: what a callback throws is a fault. */
export function guardedClock(clock: Clock, { fault }: Pick<Faults, "fault">): Clock {
  return {
    now: () => clock.now(),
    elapsedMs: () => clock.elapsedMs(),
    after: (ms, callback) =>
      clock.after(ms, () => {
        try {
          callback();
        } catch (error) {
          fault(error);
        }
      }),
  };
}

/** Handlers whose faults end the process. After a fault of whomever they answer nothing any more. */
export function guarded(handlers: ServiceHandlers, faults: Faults): ServiceHandlers {
  const answer = answering(faults);
  return {
    link: (context) => {
      faults.requireSound();
      try {
        return handlers.link(context);
      } catch (error) {
        throw faults.judge(error);
      }
    },
    watchDecisions: (request, context) =>
      guardedAnswers(() => handlers.watchDecisions(request, context), faults),
    getStatus: (request, context) => answer(() => handlers.getStatus(request, context)),
    propose: (request, context) => answer(() => handlers.propose(request, context)),
    ...handlers.log && { log: guardedLog(handlers.log, faults) },
    isServing: () => !faults.halted && (handlers.isServing?.() ?? true),
  };
}

function answering(faults: Faults): <T>(call: () => T | Promise<T>) => Promise<T> {
  return async (call) => {
    faults.requireSound();
    try {
      const answer = await call();
      faults.requireSound();
      return answer;
    } catch (error) {
      throw faults.judge(error);
    }
  };
}

function guardedLog(log: LogHandlers, faults: Faults): LogHandlers {
  const answer = answering(faults);
  return {
    append: (request, context) => answer(() => log.append(request, context)),
    appendStream: (requests, context) =>
      answer(() => log.appendStream(fromCaller(requests), context)),
    read: (request, context) => guardedAnswers(() => log.read(request, context), faults),
    getProof: (request) => answer(() => log.getProof(request)),
    getCheckpoint: (request) => answer(() => log.getCheckpoint(request)),
  };
}

/** What comes from a caller: that it breaks off is no fault of ours. */
async function* fromCaller<T>(requests: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = requests[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await iterator.next().catch((error) => {
      throw ConnectError.from(error, Code.Canceled);
    });
    if (done) return;
    yield value;
  }
}

/** What the consumer throws into it is no fault of ours: only what comes from `open` is judged. */
async function* guardedAnswers<T>(
  open: () => AsyncIterable<T>,
  faults: Faults,
): AsyncGenerator<T, void, undefined> {
  const judged = async <R>(call: () => R): Promise<Awaited<R>> => {
    try {
      return await call();
    } catch (error) {
      throw faults.judge(error);
    }
  };
  faults.requireSound();
  const answers = await judged(() => open()[Symbol.asyncIterator]());
  try {
    for (;;) {
      const { done, value } = await judged(() => answers.next());
      if (done) return;
      yield value;
    }
  } finally {
    await answers.return?.();
  }
}
