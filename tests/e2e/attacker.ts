/**
 * A hostile proposer: as soon as it sees anything of an instance that is not its own, it offers a ballot
 * above all that it has seen there, with a value of its own, to every acceptor; and with what is left of
 * its rate it streams ballots in the latest instances that it knows of. Says when it is linked to all,
 * and after every hundredth ballot.
 * `deno run attacker.ts CONFIG ACCEPTOR,… BALLOTS_PER_SECOND sees|streams`
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import { encodeDigest } from "../../lib/config/digests.ts";
import { isRejection } from "../../lib/core/rejection.ts";
import { addMs, type Ballot, compareTimestamps, type Timestamp } from "../../lib/core/types.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import { connectToAcceptor } from "../../lib/net/acceptor_client.ts";
import { signProposal } from "../../lib/node/signing.ts";
import { decodeBallot, encodeMessage } from "../../lib/wire/codec.ts";
import {
  type ConsensusMessage,
  type Envelope,
  EnvelopeSchema,
  Role,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { PROTOCOL_VERSION } from "../../lib/wire/protocol_version.ts";
import { streamOf } from "../net/iterated_talk.ts";

/** Instances that it streams into: the latest. */
const LATEST = 4;

/** Instances that it remembers. */
const REMEMBERED = 1_000;

const [file = "", names = "", rate = "1", mode = "sees"] = Deno.args;
const configuration = loadConfiguration(await Deno.readTextFile(file), file);
const victims = configuration.acceptors.filter(({ name }) => names.split(",").includes(name));
const value = new TextEncoder().encode(`spoilt by ${configuration.self.name}`);
const valueHash = hashValue(value);
const perSecond = Number(rate);

/** By instance: the highest ballot seen or sent there. */
const highest: Map<bigint, Ballot> = new Map();
let tokens = 2 * perSecond;
let refilledMs = performance.now();
let sent = 0;

/** Whether one more ballot is within the rate. */
function spend(): boolean {
  const nowMs = performance.now();
  tokens = Math.min(2 * perSecond, tokens + (nowMs - refilledMs) / 1000 * perSecond);
  refilledMs = nowMs;
  if (tokens < 1) return false;
  tokens--;
  return true;
}

/** A link to one acceptor: what is to be said to it, and a bell. */
class Link {
  readonly #queue: Envelope[] = [];
  #ring = () => {};

  say(envelope: Parameters<typeof create<typeof EnvelopeSchema>>[1]): void {
    this.#queue.push(create(EnvelopeSchema, envelope));
    this.#ring();
  }

  async *outgoing(): AsyncGenerator<Envelope> {
    for (;;) {
      yield* this.#queue.splice(0);
      if (this.#queue.length > 0) continue;
      await new Promise<void>((resolve) => this.#ring = resolve);
    }
  }
}

const links = victims.map(() => new Link());

/** A ballot above all known of an instance, to everybody. */
function outdo(instance: bigint): void {
  if (!spend()) return;
  const { self, signer, digest } = configuration;
  const nowMs = Date.now();
  let time: Timestamp = { seconds: Math.floor(nowMs / 1000), nanos: (nowMs % 1000) * 1e6 };
  const known = highest.get(instance);
  if (known !== undefined && compareTimestamps(time, known) <= 0) time = addMs(known, 0.001);
  const { seconds, nanos } = time;
  const ballot = { seconds, nanos, valueHash, proposer: self.proposerIndex! };
  note(instance, ballot);
  const scope = { configDigest: digest.whole, instance };
  const message = encodeMessage(signProposal(signer, scope, ballot, value));
  for (const link of links) link.say({ messages: [message] });
  if (++sent % 100 === 0) console.log(JSON.stringify({ event: "on", sent }));
}

function note(instance: bigint, ballot: Ballot): void {
  highest.delete(instance);
  highest.set(instance, ballot);
  if (highest.size <= REMEMBERED) return;
  const [oldest] = highest.keys();
  highest.delete(oldest!);
}

/** Answers whatever is new, at once. */
function see({ instance, body }: ConsensusMessage): void {
  const { proposerIndex } = configuration.self;
  if (body.case === "proposal") {
    const ballot = decodeBallot(body.value.ballot);
    if (isRejection(ballot) || ballot.proposer === proposerIndex) return;
    const known = highest.get(instance);
    if (known === undefined || compareTimestamps(ballot, known) > 0) note(instance, ballot);
    if (mode === "sees") outdo(instance);
  } else if (highest.get(instance)?.proposer !== proposerIndex && mode === "sees") {
    outdo(instance);
  }
}

async function talk(index: number): Promise<void> {
  const link = links[index]!;
  const { self, digest } = configuration;
  link.say({
    hello: {
      protocolVersion: PROTOCOL_VERSION,
      role: self.acceptorIndex === undefined ? Role.PROPOSER : Role.ACCEPTOR,
      name: self.name,
      incarnation: 1n,
      configDigest: encodeDigest(digest),
      logEpoch: new Uint8Array(16).fill(7),
    },
  });
  const client = connectToAcceptor(configuration, victims[index]!);
  const answers = streamOf(client, link.outgoing(), new AbortController().signal);
  let isLinked = false;
  for await (const { hello, messages, ping, offered, goodbye } of answers) {
    if (goodbye !== undefined) throw new Error(`${victims[index]!.name}: ${goodbye.detail}`);
    if (hello !== undefined && !isLinked) {
      isLinked = true;
      if (++linked === victims.length) console.log(JSON.stringify({ event: "linked" }));
    }
    for (const message of messages) see(message);
    if (ping > 0n || offered > 0n) link.say({ pong: ping, taken: offered });
  }
}

let linked = 0;
// It streams until it is killed.
setInterval(() => {
  for (const instance of [...highest.keys()].slice(-LATEST)) outdo(instance);
}, 1000 / perSecond);
await Promise.all(victims.map((_, index) => talk(index)));
