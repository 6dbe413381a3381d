/**
 * A guard against a fault of Deno 2.9: closing an HTTP/2 session from within one of its own
 * callbacks (a peer's GOAWAY is enough) can end the process in native code, uncatchably.
 *
 * @module
 */
import { type ClientHttp2Session, connect } from "node:http2";
import { Duplex } from "node:stream";

type Method = (this: unknown, ...args: unknown[]) => void;

let guarded = false;

/**
 * Makes `close` and `destroy` of every HTTP/2 session run in the next turn of the event loop, when
 * native code has left its callbacks; until then the session does not say that it is closed.
 * {@linkcode serve} and {@linkcode connectTo} call it before they make a session; further calls do
 * nothing. Harmless where the fault is absent.
 */
export function guardHttp2(): void {
  if (guarded) return;
  guarded = true;
  const session = sessionOverNothing();
  // close and destroy are the base class's, which servers' sessions share.
  const prototype: Record<"close" | "destroy", Method> = Object.getPrototypeOf(
    Object.getPrototypeOf(session),
  );
  for (const name of ["close", "destroy"] as const) {
    const now = prototype[name];
    prototype[name] = function (...args) {
      setImmediate(() => now.apply(this, args));
    };
  }
  session.destroy();
}

/** The class is not exported, so a session is the only way to its prototype. */
function sessionOverNothing(): ClientHttp2Session {
  const nowhere = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      done();
    },
  });
  return connect("http://nowhere.invalid", { createConnection: () => nowhere });
}
