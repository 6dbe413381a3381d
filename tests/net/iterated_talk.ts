/**
 * Links of tests, written as loops over iterables.
 *
 * @module
 */
import type { AcceptorClient } from "../../lib/net/client.ts";
import type { CallContext, ServiceHandlers } from "../../lib/net/rpc.ts";
import type { Talk } from "../../lib/net/talk.ts";
import type { Envelope } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { Inbox } from "./inbox.ts";

/** What a server says on a link, to what comes. */
type Say = (incoming: AsyncIterable<Envelope>, context: CallContext) => AsyncIterable<Envelope>;

/** A talk of two iterables. */
export class IteratedTalk implements Talk {
  onReady: () => void = () => {};
  /** What has come, for one loop. */
  readonly incoming: Inbox<Envelope> = new Inbox();
  readonly #outgoing: AsyncIterator<Envelope>;
  #next: Envelope | undefined;
  #isPulling = false;
  #isOver = false;
  #fault: { readonly error: unknown } | undefined;

  /** @param say What is to be said, to what comes. */
  constructor(say: (incoming: AsyncIterable<Envelope>) => AsyncIterable<Envelope>) {
    this.#outgoing = say(this.incoming)[Symbol.asyncIterator]();
  }

  get isOver(): boolean {
    return this.#isOver && this.#next === undefined && this.#fault === undefined;
  }

  next(): Envelope | undefined {
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) return next;
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault !== undefined) throw fault.error;
    this.#pull();
    return undefined;
  }

  receive(envelope: Envelope): void {
    this.incoming.push(envelope);
  }

  ended(why?: unknown): void {
    if (why === undefined) this.incoming.end();
    else this.incoming.fail(why);
  }

  left(): void {
    this.#isOver = true;
    // A source that waits for something of its own may never answer; nobody waits for it.
    this.#outgoing.return?.().catch(() => {});
  }

  /** Asks for the next only once the one before has been taken: whoever is not read is not asked. */
  #pull(): void {
    if (this.#isPulling || this.#isOver) return;
    this.#isPulling = true;
    this.#outgoing.next().then(({ done, value }) => {
      this.#isPulling = false;
      if (done) this.#isOver = true;
      else this.#next = value;
      this.onReady();
    }, (error) => {
      this.#isOver = true;
      this.#fault = { error };
      this.onReady();
    });
  }
}

/** A handler of links. */
export function talking(say: Say): ServiceHandlers["link"] {
  return (context) => new IteratedTalk((incoming) => say(incoming, context));
}

/** Opens a link, says what `outgoing` yields, and yields what comes; leaving the loop ends it. */
export async function* streamOf(
  client: AcceptorClient,
  outgoing: AsyncIterable<Envelope>,
  signal: AbortSignal,
): AsyncGenerator<Envelope, void, undefined> {
  const left = new AbortController();
  const talk = new IteratedTalk(() => outgoing);
  const over = client.link(talk, AbortSignal.any([signal, left.signal])).catch(() => {});
  try {
    yield* talk.incoming;
  } finally {
    left.abort();
    await over;
  }
}
