/**
 * One link of one node, with a test at its other end.
 *
 * @module
 */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { makeHello } from "../../lib/runtime/hello.ts";
import { Link, type LinkOptions } from "../../lib/runtime/link.ts";
import { Node } from "../../lib/runtime/node.ts";
import {
  type Envelope,
  EnvelopeSchema,
  Role,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { configurationOf, FakeClock, makeTestConfigurations, settled } from "./harness.ts";
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
  readonly #envelopes: AsyncGenerator<Envelope>;
  readonly #bob: Parameters<typeof makeHello>[0];

  private constructor(configurations: Awaited<ReturnType<typeof makeTestConfigurations>>) {
    const configuration = configurationOf(configurations, "Alice");
    this.#bob = configurationOf(configurations, "Bob");
    this.node = new Node({
      configuration,
      votes: true,
      clock: this.clock,
      random: () => 0.5,
      log: () => {},
    });
    this.log = new TestLog(this.node.log);
    this.link = new Link(this.options());
    this.#envelopes = this.link.outgoing();
  }

  /** A link of which nothing has been read. */
  static async make(): Promise<LinkStage> {
    return new LinkStage(await makeTestConfigurations());
  }

  /** What a link is made from. */
  options(): LinkOptions {
    const role = { role: Role.ACCEPTOR, agent: "test" };
    const { configuration } = this.node.options;
    return {
      node: this.node,
      peer: "Bob",
      dialed: false,
      hello: makeHello(configuration, { ...role, incarnation: 1n }),
      admit: () => undefined,
    };
  }

  /** Says something as Bob. */
  say(envelope: MessageInitShape<typeof EnvelopeSchema>): void {
    this.link.receive(create(EnvelopeSchema, envelope));
  }

  /** Says Hello as Bob. */
  greet(): void {
    const role = { role: Role.ACCEPTOR, agent: "test" };
    this.say({ hello: makeHello(this.#bob, { ...role, incarnation: 2n }) });
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

  /** Stops reading, as a broken stream does. */
  async stopReading(): Promise<void> {
    await this.#envelopes.return(undefined);
  }
}
