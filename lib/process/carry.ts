/**
 * A link as whoever carries it wants it.
 *
 * @module
 */

import type { Link } from "../link/link.ts";
import { toLinkError } from "../net/errors.ts";
import type { Talk } from "../net/talk.ts";

/**
 * Our end of a link; the link ends with the stream.
 *
 * @param onFault Told of what went wrong on our side: not the peer's fault, nor its link's.
 */
export function talkOf(link: Link, onFault: (error: unknown) => void): Talk {
  const ours = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      onFault(error);
      throw error;
    }
  };
  return {
    set onReady(ready: () => void) {
      link.onReady = ready;
    },
    get onReady() {
      return link.onReady;
    },
    get isOver() {
      return link.end !== undefined;
    },
    next: () => ours(() => link.next()),
    receive: (envelope) => ours(() => link.receive(envelope)),
    ended(why) {
      link.broken(why === undefined ? "closed by peer" : toLinkError(why).message);
    },
    left: () => link.broken("the stream ended"),
  };
}
