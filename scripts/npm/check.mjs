// What a user of the npm package does, run by Node: `node check.mjs CLIENT.json VECTOR.json`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ClientError, connect, OperatorError, readConfiguration } from "@hetpaxos/hetpaxos";
import { makeLearnerGraph, thresholdOf } from "@hetpaxos/hetpaxos/core";
import { isProofFlaw, isUnread, logContext, readProof, verifyEntry } from "@hetpaxos/hetpaxos/log";

const [, , file, vectorFile] = process.argv;

// Every door opens.
for (const door of ["client", "core", "graph", "wire", "trace", "evidence", "log"]) {
  assert(Object.keys(await import(`@hetpaxos/hetpaxos/${door}`)).length > 0, door);
}

// All but the client's need nothing of Node: a browser can have them.
const imported = (file, found = new Map()) => {
  const text = readFileSync(file, "utf8");
  found.set(file.href, text);
  for (const [, name] of text.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"/gm)) {
    assert(!name.startsWith("node:"), `${file} imports ${name}`);
    const inner = new URL(name, file);
    if (name.startsWith(".") && !found.has(inner.href)) imported(inner, found);
  }
  return found;
};
for (const door of ["core", "graph", "wire", "trace", "evidence", "log"]) {
  assert(imported(new URL(import.meta.resolve(`@hetpaxos/hetpaxos/${door}`))).size > 3, door);
}

// A proof is verified, and a forged one is not.
const vector = JSON.parse(readFileSync(vectorFile, "utf8"));
const { verifyingKeyOf } = await import("@hetpaxos/hetpaxos/log");
const bytes = (hex) => Uint8Array.fromHex(hex);
const context = logContext({
  graph: makeLearnerGraph({
    acceptors: vector.acceptors.map(({ name }) => name),
    learners: ["Eve"],
    quorums: [thresholdOf(3, [0, 1, 2, 3])],
    safety: [{ a: 0, b: 0, safe: thresholdOf(3, [0, 1, 2, 3]) }],
    burial: "TECHNICAL_REPORT",
  }),
  configDigest: bytes(vector.proof.configDigest),
  keys: vector.acceptors.map(({ spki }) => verifyingKeyOf(bytes(spki))),
  settings: vector.settings,
});
const proof = readProof(context, vector.proof);
assert(!isUnread(proof));
assert.equal(verifyEntry(context, proof).records[0].client, "client 1");
assert(isProofFlaw(verifyEntry(context, { ...proof, position: proof.position + 1 })));

// A client talks to acceptors over TLS, and believes no one alone.
await assert.rejects(() => readConfiguration("/nowhere.json"), OperatorError);
const configuration = await readConfiguration(file);
const client = connect(configuration);
const text = (value) => new TextDecoder().decode(value);
const payload = new TextEncoder().encode("from Node");
const record = { client: "node", sequence: 1, payload };
const [appended] = await client.append([record]);
const [{ position: place }] = appended.places;
assert.equal((await client.append([record]))[0].places[0].position, place);
for await (const { position, records } of client.read({ follow: true })) {
  assert.equal(position, place);
  assert.equal(text(records[0].payload), "from Node");
  break;
}
const { ours, decisions } = await client.propose(1n, new TextEncoder().encode("from Node"));
assert.equal(ours, true);
assert.equal(text(decisions[0].value), "from Node");
const [again] = await client.get(1n);
assert.equal(text(again.value), "from Node");
for await (const { instance } of client.watch([1n])) assert.equal(instance, 1n);
await assert.rejects(() => client.get(2n, { timeoutMs: 100 }), ClientError);
await client.close();
console.log(`Node ${process.version}: doors, proof, client, log`);
