import { toJson } from "@bufbuild/protobuf";
import { assert, assertEquals } from "@std/assert";
import type { MessageId } from "../../lib/core/types.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import { evidenceOf, makeEvidence, verifyEvidence } from "../../lib/evidence/evidence.ts";
import {
  EVIDENCE_FLAWS,
  type EvidenceFlaw,
  type EvidenceJson,
  isEvidenceFlaw,
} from "../../lib/evidence/evidence_json.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { encodeMessage } from "../../lib/wire/codec.ts";
import { ConsensusMessageSchema } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { clusterOf, fork, idOf, proposal, signed, takeIn } from "../node/equivocator.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

const cluster = await clusterOf();
const [alice, carol, dave] = [cluster("Alice"), cluster("Carol"), cluster("Dave")];
const other = await clusterOf();

/** A document by which Dave is lost. */
function sound(): EvidenceJson {
  return makeEvidence(alice, ...fork(dave).answers);
}

/** A sound document with a change. */
function spoilt(change: (document: Loose) => unknown): unknown {
  const document = JSON.parse(JSON.stringify(sound()));
  return change(document) ?? document;
}

function flawOf(json: unknown, configuration: Configuration = alice): EvidenceFlaw {
  const found = verifyEvidence(configuration, json);
  assert(isEvidenceFlaw(found), `proved: ${JSON.stringify(json)}`);
  assert(!found.detail.includes("\n"));
  return found;
}

for (const kind of ["ed25519", "p256"] as const) {
  Deno.test(`what a process has caught somebody with convinces everybody else (${kind})`, async () => {
    const cluster = await clusterOf(undefined, kind);
    const dave = cluster("Dave");
    const { proposals, answers } = fork(dave);
    const journal = openMemoryJournal();
    takeIn(cluster("Alice"), journal, [...proposals, ...answers]);
    const [record, ...more] = journal.evidence();
    assertEquals(more, []);
    const document = evidenceOf(cluster("Alice"), journal, record!);
    assert(!isEvidenceFlaw(document));
    const [first, second] = answers.map((wire) => idOf(dave, wire)).toSorted();
    for (const name of ["Bob", "Dave", "client_0"]) {
      assertEquals(verifyEvidence(cluster(name), JSON.parse(JSON.stringify(document))), {
        instance: 1n,
        acceptor: "Dave",
        index: 3,
        first: first!,
        second: second!,
        prev: undefined,
      });
    }
    journal.close();
  });
}

Deno.test("a fork further up the chain is proved by the two messages where it begins", () => {
  const { proposals, answers: [one] } = fork(dave);
  const prev = idOf(dave, one);
  const later = ["green", "gold"].map((value, i) => proposal(dave, value, 1_672_531_201 + i));
  const answers = later.map((wire) => signed(dave, { prev, refs: [idOf(dave, wire)] }));
  const more = proposal(dave, "grey", 1.7e9);
  const follower = signed(dave, { prev: idOf(dave, answers[0]!), refs: [idOf(dave, more)] });
  const journal = openMemoryJournal();
  takeIn(alice, journal, [proposals[0], one, ...later, more, answers[0]!, follower, answers[1]!]);
  const document = evidenceOf(alice, journal, journal.evidence()[0]!);
  const proved = verifyEvidence(alice, document);
  assert(!isEvidenceFlaw(proved));
  assertEquals(proved.prev, prev);
  assertEquals([proved.first, proved.second], answers.map((wire) => idOf(dave, wire)).toSorted());
  journal.close();
});

const FLAWS: readonly (readonly [EvidenceFlaw["flaw"], string, (document: Loose) => unknown])[] = [
  ["MALFORMED", "is not an object", () => []],
  ["MALFORMED", "is not evidence", () => ({ hello: 1 })],
  ["MALFORMED", "lacks acceptor", (d) => void delete d.acceptor],
  ["MALFORMED", "a field that is not known: note", (d) => void (d.note = "by Carol, too")],
  ["MALFORMED", "a field that is not known: messages[1].x", (d) => void (d.messages[1].x = 1)],
  ["MALFORMED", "something else than an object as acceptor", (d) => void (d.acceptor = "Dave")],
  ["MALFORMED", "than an object as messages[0]", (d) => void (d.messages[0] = null)],
  ["MALFORMED", "does not have two messages", (d) => void d.messages.pop()],
  ["MALFORMED", "than digits as instance", (d) => void (d.instance = 1)],
  ["MALFORMED", "than lower-case hex digits as messages[0].id", (d) => void (d.messages[0].id = 7)],
  ["MALFORMED", "no digest as configDigest.rules", (d) => void (d.configDigest.rules = "ab")],
  ["MALFORMED", "a wrong messages[0].message", (d) => void (d.messages[0].message.signer = 3)],
  ["VERSION", "has version 1; 2 is the only one", (d) => void (d.version = 1)],
  ["VERSION", "has version missing", (d) => void delete d.version],
  [
    "CONFIGURATION",
    "in more than its parts",
    (d) => void (d.configDigest.whole = d.configDigest.rules),
  ],
  ["TAMPERED", "configDigest.rules", (d) => void (d.configDigest.rules = d.configDigest.whole)],
  ["SIGNER", 'accuses "Mallory", who is no acceptor', (d) => void (d.acceptor.name = "Mallory")],
  ["SIGNER", "another public key for Carol", (d) => void (d.acceptor.name = "Carol")],
  [
    "SIGNER",
    "messages[0] is a message of Dave, not of Carol",
    (d) => {
      d.acceptor = { name: "Carol", publicKey: carol.self.certificate.spki.toBase64() };
    },
  ],
  [
    "SIGNER",
    "of acceptor 9, who does not exist",
    (d) => void (d.messages[0].message.acceptorMessage.signer = 9),
  ],
  ["INSTANCE", "is of instance 1, not 2", (d) => void (d.instance = "2")],
  ["INSTANCE", "is of instance 2, not 1", (d) => void (d.messages[1].message.instance = "2")],
  [
    "NOT_CANONICAL",
    "messages[1] is a 1a: a proposer may sign many",
    (d) => void (d.messages[1].message = toJson(ConsensusMessageSchema, encodeMessage(offer()))),
  ],
  [
    "NOT_CANONICAL",
    "refs are not strictly ascending",
    (d) => {
      const { refs } = d.messages[0].message.acceptorMessage;
      refs.push(refs[0]);
    },
  ],
  ["NOT_CANONICAL", "without a body", (d) => void delete d.messages[0].message.acceptorMessage],
  ["TAMPERED", "messages[0].canonicalBytes", (d) => void (d.messages[0].canonicalBytes += "00")],
  ["TAMPERED", "messages[1].id is not", (d) => void (d.messages[1].id = d.messages[0].id)],
  [
    "TAMPERED",
    "messages[0].signature",
    (d) => void (d.messages[0].signature = d.messages[1].signature),
  ],
  [
    "SIGNATURE",
    "messages[0] is not signed by Dave in this instance and cluster",
    ({ messages: [first, second] }) => {
      const { signature } = second.message.acceptorMessage;
      first.signature = second.signature;
      first.message.acceptorMessage.signature = signature;
    },
  ],
  ["SAME_MESSAGE", "one message twice", (d) => void (d.messages[1] = d.messages[0])],
];

function offer() {
  return proposal(dave, "red");
}

Deno.test("a document with a flaw proves nothing, and says why", () => {
  assert(!isEvidenceFlaw(verifyEvidence(alice, spoilt(() => undefined))), "without a change");
  for (const [flaw, words, change] of FLAWS) {
    const found = flawOf(spoilt(change));
    assertEquals([found.flaw, found.detail.includes(words)], [flaw, true], found.detail);
  }
  for (const json of [undefined, null, 1, "x", [], {}]) flawOf(json);
});

Deno.test("what is right elsewhere proves nothing here", () => {
  const { flaw, detail } = flawOf(sound(), other("Alice"));
  assertEquals([flaw, detail.includes("the acceptors' names or keys")], [
    "CONFIGURATION",
    true,
  ]);
  // Signed in the other cluster, and dressed up as if in this one.
  const foreign = fork(other("Dave")).answers;
  assertEquals(flawOf(makeEvidence(alice, ...foreign)).flaw, "SIGNATURE");
  const [one] = fork(dave, 1n).answers;
  const [, two] = fork(dave, 2n).answers;
  assertEquals(flawOf(makeEvidence(alice, one, two)).flaw, "INSTANCE");
  assertEquals(flawOf(makeEvidence(alice, one, { ...two, instance: 1n })).flaw, "SIGNATURE");
});

Deno.test("messages of two acceptors, or by another's key, prove nothing", () => {
  const [one, two] = fork(dave).answers;
  const [, carols] = fork(carol).answers;
  assertEquals(flawOf(makeEvidence(alice, one, carols)).flaw, "SIGNER");
  const framed = { ...carols, content: two.content };
  assertEquals(flawOf(makeEvidence(alice, one, framed)).flaw, "SIGNATURE");
});

Deno.test("an honest chain proves nothing, neighbours or not", () => {
  const refs = fork(dave).proposals.map((wire) => idOf(dave, wire));
  const one = signed(dave, { refs: [refs[0]!] });
  const two = signed(dave, { prev: idOf(dave, one), refs: [refs[1]!] });
  const three = signed(dave, { prev: idOf(dave, two), refs: [] });
  for (
    const [a, b, words] of [[one, two, "of which one follows"], [
      three,
      one,
      "follow diff",
    ]] as const
  ) {
    const { flaw, detail } = flawOf(makeEvidence(alice, a, b));
    assertEquals([flaw, detail.includes(words)], ["NO_FORK", true], detail);
  }
});

/** The order of the group of P-256. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other signature that anybody can make of one: (r, n - s) of (r, s). */
function turned(signature: Uint8Array): Uint8Array {
  const hex = signature.toHex();
  const s = P256_ORDER - BigInt(`0x${hex.slice(64)}`);
  return Uint8Array.fromHex(hex.slice(0, 64) + s.toString(16).padStart(64, "0"));
}

Deno.test("one message with two signatures, both good, is one message", async () => {
  const cluster = await clusterOf(undefined, "p256");
  const [alice, dave] = [cluster("Alice"), cluster("Dave")];
  const [one, two] = fork(dave).answers;
  const again = { ...one, signature: turned(one.signature) };
  assertEquals(flawOf(makeEvidence(alice, one, again), alice).flaw, "SAME_MESSAGE");
  assert(!isEvidenceFlaw(verifyEvidence(alice, makeEvidence(alice, two, again))));
});

Deno.test("whichever character is changed, nothing else is proved", () => {
  const text = JSON.stringify(sound());
  const expected = verifyEvidence(alice, JSON.parse(text));
  const seen = new Set<string>();
  for (let at = 0; at < text.length; at++) {
    const digit = text[at] === "0" ? "1" : "0";
    let json: unknown;
    try {
      json = JSON.parse(text.slice(0, at) + digit + text.slice(at + 1));
    } catch {
      continue;
    }
    const found = verifyEvidence(alice, json);
    if (isEvidenceFlaw(found)) seen.add(found.flaw);
    else assertEquals(found, expected, `character ${at}`);
  }
  for (const flaw of ["MALFORMED", "CONFIGURATION", "TAMPERED", "SIGNER", "INSTANCE"]) {
    assert(seen.has(flaw), flaw);
  }
});

Deno.test("every kind of flaw is tested above", () => {
  const tested = new Set<string>([...FLAWS.map(([flaw]) => flaw), "NO_FORK"]);
  assertEquals(EVIDENCE_FLAWS.filter((flaw) => !tested.has(flaw)), []);
});

Deno.test("a journal that has kept something else is not believed", () => {
  const { proposals, answers } = fork(dave);
  const journal = openMemoryJournal();
  takeIn(alice, journal, [...proposals, answers[0]]);
  const [first, second] = answers.map((wire) => idOf(dave, wire));
  const record = { instance: 1n, acceptor: "Dave", first: first!, second: first! };
  const judge = (changed: Partial<typeof record>): EvidenceFlaw => {
    const found = evidenceOf(alice, journal, { ...record, ...changed });
    assert(isEvidenceFlaw(found));
    return found;
  };
  assertEquals(judge({}).flaw, "SAME_MESSAGE");
  assertEquals(judge({ second: second! }).detail, `lacks message ${second}`);
  assertEquals(judge({ acceptor: "Carol" }).detail, "has a message of Dave, not Carol");
  assertEquals(judge({ first: idOf(dave, proposals[0]) as MessageId }).flaw, "NOT_CANONICAL");
  journal.close();
});
