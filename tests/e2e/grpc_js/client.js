"use strict";
// A client of an acceptor that shares no code with this project: gRPC over mutual TLS with
// @grpc/grpc-js on Node, messages from the proto files. `node client.js PLAN.json`; prints one JSON
// object a line and exits with 0 if everything went as it should.

const { Buffer } = require("node:buffer");
const { createHash, sign } = require("node:crypto");
const { readFileSync } = require("node:fs");
const process = require("node:process");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

// {protoFolder, address, rootCertificate, certificate, privateKey, name, acceptors}
const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));

const files = ["hetpaxos/v1/service.proto", "grpc/health/v1/health.proto"];
const definition = loader.loadSync(files, {
  includeDirs: [plan.protoFolder],
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
});
const packages = grpc.loadPackageDefinition(definition);
const credentials = grpc.credentials.createSsl(
  Buffer.from(plan.rootCertificate),
  Buffer.from(plan.privateKey),
  Buffer.from(plan.certificate),
);
const client = new packages.hetpaxos.v1.HetPaxosService(plan.address, credentials);
const health = new packages.grpc.health.v1.Health(plan.address, credentials);

function say(event, more) {
  console.log(JSON.stringify({ event, ...more }));
}

function call(method, request, of = client) {
  return new Promise((resolve, reject) => {
    of[method](request, (error, response) => error ? reject(error) : resolve(response));
  });
}

function hashOf(value) {
  return createHash("sha3-256").update("hetpaxos/v2/value\0").update(value).digest();
}

// What the proposer of a 1a signs (docs/WIRE.md).
function canonicalBytes(digest, instance, { timestamp, value_hash, proposer }) {
  const numbers = Buffer.alloc(8 + 8 + 4);
  numbers.writeBigUInt64BE(BigInt(instance), 0);
  numbers.writeBigUInt64BE(BigInt(timestamp.seconds), 8);
  numbers.writeUInt32BE(timestamp.nanos, 16);
  const index = Buffer.alloc(4);
  index.writeUInt32BE(proposer);
  return Buffer.concat([Buffer.from("hetpaxos/v2/1a\0"), digest, numbers, value_hash, index]);
}

// A link whose envelopes are kept; `until` waits for what they make true.
function openLink(configDigest) {
  const stream = client.StreamConsensusMessages();
  const envelopes = [];
  let look = () => {};
  stream.on("data", (envelope) => {
    envelopes.push(envelope);
    if (envelope.ping !== "0") stream.write({ pong: envelope.ping });
    look();
  });
  const ended = new Promise((resolve, reject) => {
    stream.on("error", reject);
    stream.on("end", resolve);
  });
  stream.write({
    hello: {
      protocol_version: 2,
      role: "ROLE_PROPOSER",
      name: plan.name,
      incarnation: "42",
      config_digest: configDigest,
      agent: "grpc-js client",
    },
  });
  const until = (holds) =>
    Promise.race([
      new Promise((resolve) => {
        look = () => holds() && resolve();
        look();
      }),
      ended.then(() => Promise.reject(new Error("the link ended too early"))),
    ]);
  const messages = (instance) =>
    envelopes.flatMap((envelope) => envelope.messages)
      .filter((message) => message.instance === instance);
  return { stream, envelopes, ended, until, messages };
}

// Acceptors, by index, that have sent a first message (a 1b) and a later one (here a 2a).
function signers(messages) {
  const sent = messages.map((message) => message.acceptor_message).filter(Boolean);
  const of = (first) => sent.filter(({ prev }) => (prev.length === 0) === first);
  const indices = (list) => [...new Set(list.map(({ signer }) => signer))].sort();
  return { firsts: indices(of(true)), seconds: indices(of(false)) };
}

async function main() {
  const status = await call("GetStatus", {});
  say("status", { name: status.name, role: status.role, agent: status.agent });

  const link = openLink(status.config_digest);
  await link.until(() => link.envelopes.length > 0);
  const { hello } = link.envelopes[0];
  say("hello", { name: hello.name, role: hello.role, version: hello.protocol_version });
  await link.until(() => link.envelopes.some((envelope) => envelope.caught_up));
  say("caught up", {});

  const watch = client.WatchDecisions({ instances: ["5"] });
  const decided = new Promise((resolve, reject) => {
    watch.on("data", resolve);
    watch.on("error", reject);
  });
  const value = Buffer.from("from afar");
  const now = Date.now();
  const timestamp = { seconds: String(Math.floor(now / 1000)), nanos: (now % 1000) * 1e6 };
  // Behind the acceptors: this client is the first of the configuration's proposers.
  const ballot = { timestamp, value_hash: hashOf(value), proposer: plan.acceptors };
  const signed = canonicalBytes(status.config_digest.whole, "5", ballot);
  const proposal = { ballot, value, signature: sign(null, signed, plan.privateKey) };
  link.stream.write({ messages: [{ instance: "5", proposal }] });
  const quorum = plan.acceptors - 1;
  await link.until(() => signers(link.messages("5")).firsts.length >= quorum);
  await link.until(() => signers(link.messages("5")).seconds.length >= quorum);
  say("votes", signers(link.messages("5")));
  const decision = await decided;
  watch.on("error", () => {});
  watch.cancel();
  say("watched", { learner: decision.learner, value: decision.value.toString() });

  say("health", await call("Check", { service: "hetpaxos.v1.HetPaxosService" }, health));

  const response = await call("Propose", { instance: "6", value: Buffer.from("by call") });
  const [first] = response.decisions;
  say("proposed", { learner: first.learner, value: first.value.toString() });
  await link.until(() => signers(link.messages("6")).seconds.length >= quorum);
  const offered = link.messages("6").find((message) => message.proposal);
  say("heard", { value: offered.proposal.value.toString(), ...signers(link.messages("6")) });

  link.stream.write({ goodbye: { reason: "REASON_DONE", detail: "thanks" } });
  link.stream.end();
  await link.ended;
  say("done", {});
  client.close();
  health.close();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
  client.close();
  health.close();
});
