/**
 * The signals by which an operator stops a program that runs a node. They are listened to before
 * anything else is done, and before the rest of the program is even loaded: a container's first
 * process loses every signal that it has not asked for.
 *
 * @module
 */

/** Signals by which an operator stops a program. */
export const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/** That the operator wants the program to stop. */
export interface Stopping {
  /** Aborted when the operator stops the program. */
  readonly signal: AbortSignal;
  /** From now on the signals end the process at once. */
  release(): void;
}

/** Nothing is under way that would have to end in good order. */
const endAtOnce = (): void => Deno.exit(0);

let react = endAtOnce;
let isListening = false;
const onSignal = () => react();

/** From now on the signals end the process with status 0, at once unless they are awaited. */
export function listenForSignals(): void {
  if (isListening) return;
  isListening = true;
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, onSignal);
}

/** Awaits the signals: to be done before anything is started that must end in good order. */
export function listenForStop(): Stopping {
  const wasListening = isListening;
  listenForSignals();
  const stopping = new AbortController();
  react = () => stopping.abort();
  return {
    signal: stopping.signal,
    release() {
      react = endAtOnce;
      if (wasListening) return;
      for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, onSignal);
      isListening = false;
    },
  };
}
