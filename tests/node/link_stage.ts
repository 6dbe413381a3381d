/**
 * One link of one node, with a test at its other end.
 *
 * @module
 */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { makeHello } from "../../lib/link/hello.ts";
import { Link, type LinkEnd, type LinkOptions } from "../../lib/link/link.ts";
import { wordsOf } from "../../lib/net/talk.ts";
import { talkOf } from "../../lib/process/carry.ts";
import { Node } from "../../lib/node/node.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import {
  type Envelope,
  EnvelopeSchema,
  Goodbye_Reason as Reason,
  type Hello,
  Role,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { configurationOf, FakeClock, makeTestConfigurations, settled } from "./harness.ts";
import type { TestPlan } from "./harness.ts";
import { TestLog } from "./log_of.ts";

/** Alice's link with Bob. */
export class LinkStage {
  readonly clock = new FakeClock();
  readonly node: Node;
  readonly link: Link;
  /** Alice's log, to be added to by nicknames. */
  readonly log: TestLog;
  /** What Alice has said, as far as it has been read. */
  readonly heard: Envelope[] = [];
  /** Bob's. */
  readonly journal = openMemoryJournal();
  /** How it ended, each time that it said so. */
  readonly ends: LinkEnd[] = [];
  /** Bytes that have come from Bob, as the connection counts them. */
  receivedBytes = 0;
  /** How often it was told that Bob has no more to offer. */
  caughtUp = 0;
  readonly #envelopes: AsyncGenerator<Envelope>;
  readonly #bob: Parameters<typeof makeHello>[0];

  private constructor(configurations: Awaited<ReturnType<typeof makeTestConfigurations>>) {
    const configuration = configurationOf(configurations, "Alice");
    this.#bob = configurationOf(configurations, "Bob");
    this.node = new Node({
      configuration,
      votes: true,
      journal: openMemoryJournal(),
      clock: this.clock,
      random: () => 0.5,
      log: () => {},
    });
    this.log = new TestLog(this.node.ledger);
    this.link = new Link(this.options());
    this.#envelopes = wordsOf(talkOf(this.link, () => {}));
  }

  /** A link of which nothing has been read. */
  static async make(plan: TestPlan = {}): Promise<LinkStage> {
    return new LinkStage(await makeTestConfigurations(plan));
  }

  /** What a link is made from. */
  options(): LinkOptions {
    const role = { role: Role.ACCEPTOR, agent: "test" };
    const { configuration, journal } = this.node.options;
    return {
      node: this.node,
      peer: "Bob",
      dialed: false,
      hello: makeHello(configuration, { ...role, incarnation: 1n }, journal, "Bob"),
      receivedBytes: () => this.receivedBytes,
      admit: () => undefined,
      onCaughtUp: () => this.caughtUp++,
      onEnded: (_, end) => this.ends.push(end),
    };
  }

  /** Says something as Bob. */
  say(envelope: MessageInitShape<typeof EnvelopeSchema>): void {
    this.link.receive(create(EnvelopeSchema, envelope));
  }

  /** Says Hello as Bob, who has taken in of Alice's log what his journal says. */
  greet(change: Partial<Hello> = {}): void {
    const options = { role: Role.ACCEPTOR, agent: "test", incarnation: 2n };
    const hello = makeHello(this.#bob, options, this.journal, "Alice");
    this.say({ hello: { ...hello, ...change } });
  }

  /** Has Bob's journal say how far he has taken in Alice's log. */
  hasTaken(position: number): void {
    const { epoch } = this.node.ledger.journal;
    const progress = [{ peer: "Alice", epoch, position }];
    this.journal.commit({ messages: [], values: [], decisions: [], evidence: [], progress }, true);
  }

  /** Asks for a stretch that Alice has offered, and says that it is taken. */
  take({ offers, offered }: Envelope): void {
    this.say({ want: offers, taken: offered });
  }

  /** Reads all that is offered, and asks for it. Returns the envelopes with messages. */
  async takeAll(): Promise<Envelope[]> {
    const all: Envelope[] = [];
    for (let news = await this.news(); news.length > 0; news = await this.news()) {
      all.push(...news.filter(({ messages }) => messages.length > 0));
      for (const envelope of news) if (envelope.offered !== 0n) this.take(envelope);
    }
    return all;
  }

  /** The next envelope; undefined at the end. Waits for it without letting time pass. */
  async next(): Promise<Envelope | undefined> {
    const { value, done } = await this.#envelopes.next();
    if (done === true) return undefined;
    this.heard.push(value);
    return value;
  }

  /** Reads for ever. */
  read(): void {
    void (async () => {
      while (await this.next() !== undefined);
    })();
  }

  /** All that has been said since the last time, once nothing more is said. */
  async news(): Promise<Envelope[]> {
    await settled();
    return this.heard.splice(0);
  }

  /** Ends the link and the node; nothing of theirs is left. */
  stop(): void {
    this.link.close(Reason.DONE, "done");
    this.node.close();
  }

  /** Stops reading, as a broken stream does. */
  async stopReading(): Promise<void> {
    await this.#envelopes.return(undefined);
  }
}
