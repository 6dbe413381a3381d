/**
 * Carries envelopes between a link, which is synchronous, and a stream.
 *
 * @module
 */

import type { Link } from "../link/link.ts";
import { type LinkError, toLinkError } from "../net/errors.ts";
import type { Envelope } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";

/**
 * What a link has to say, until it ends. For one consumer; if that stops reading, the link ends.
 *
 * @param onFault As {@linkcode pump}'s.
 */
export async function* outgoing(
  link: Link,
  onFault: (error: unknown) => void,
): AsyncGenerator<Envelope> {
  try {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      link.onReady = resolve;
      const envelope = nextOf(link, onFault);
      if (envelope !== undefined) yield envelope;
      else if (link.end !== undefined) return;
      else await promise;
    }
  } finally {
    link.broken("the stream ended");
  }
}

function nextOf(link: Link, onFault: (error: unknown) => void): Envelope | undefined {
  try {
    return link.next();
  } catch (error) {
    onFault(error);
    throw error;
  }
}

/**
 * Hands a link what comes, until nothing comes any more, and ends it then.
 *
 * @param onFault Told of what went wrong on our side: not the peer's fault, nor its link's.
 * @returns Why the stream broke; undefined if the peer has ended it.
 */
export async function pump(
  link: Link,
  incoming: AsyncIterable<Envelope>,
  onFault: (error: unknown) => void,
): Promise<LinkError | undefined> {
  try {
    for await (const envelope of incoming) {
      try {
        link.receive(envelope);
      } catch (error) {
        onFault(error);
        throw error;
      }
    }
    link.broken("closed by peer");
    return undefined;
  } catch (error) {
    const failure = toLinkError(error);
    link.broken(failure.message);
    return failure;
  }
}
