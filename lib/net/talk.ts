/**
 * What a link is to whoever carries it: somebody who is told what has come and asked what is to be
 * said, and never waits; and the same as iterables, for whoever carries it as those.
 *
 * @module
 */
import type { Envelope } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";

/** One end of a link. */
export interface Talk {
  /**
   * Called when there may be something to say, or nothing any more. Whoever carries the link sets it.
   */
  onReady: () => void;
  /** Whether nothing more will be said than {@linkcode Talk.next} still has. */
  readonly isOver: boolean;
  /** What is to be said now, if anything is. Throws if something is wrong on our side. */
  next(): Envelope | undefined;
  /** Takes what has come. Throws if something is wrong on our side. */
  receive(envelope: Envelope): void;
  /** Nothing more comes: in order, or because of an error. Only the first time counts. */
  ended(why?: unknown): void;
  /** Nobody listens any more. */
  left(): void;
}

/** What a talk has to say, to its end. For one loop; when that is left, so is the talk. */
export async function* wordsOf(talk: Talk): AsyncGenerator<Envelope, void, undefined> {
  try {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      talk.onReady = resolve;
      const envelope = talk.next();
      if (envelope !== undefined) yield envelope;
      else if (talk.isOver) return;
      else await promise;
    }
  } finally {
    talk.left();
  }
}

/** Hands a talk what comes, until nothing comes any more. Rejects with what went wrong. */
export async function hearAll(talk: Talk, incoming: AsyncIterable<Envelope>): Promise<void> {
  try {
    for await (const envelope of incoming) talk.receive(envelope);
  } catch (error) {
    talk.ended(error);
    throw error;
  }
  talk.ended();
}

/** A talk as an answer to what comes: for one loop. What goes wrong with `incoming` is told to it. */
export function answersOf(
  talk: Talk,
  incoming: AsyncIterable<Envelope>,
): AsyncGenerator<Envelope, void, undefined> {
  hearAll(talk, incoming).catch(() => {});
  return wordsOf(talk);
}
