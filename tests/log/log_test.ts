/**
 * Bad input to the log, each with its answer; and what certificates and snapshots are good for.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type Certificate, certificateFlaw } from "../../lib/log/certificate.ts";
import { extendChain, genesis } from "../../lib/log/chain.ts";
import { maySign, takesPart } from "../../lib/log/log.ts";
import { decodeBatch, encodeBatch, recordFlaw } from "../../lib/log/record.ts";
import { restoreLog } from "../../lib/log/restoring.ts";
import { Sessions } from "../../lib/log/sessions.ts";
import { makeSnapshot, type Snapshot, snapshotFlaw } from "../../lib/log/snapshot.ts";
import type { LogHash } from "../../lib/log/types.ts";
import { advance, type Keeper, makeContext, makeKeeper, stated, tell, valueAt } from "./cluster.ts";

function fourKeepers(sizes?: readonly number[]): Keeper[] {
  const context = makeContext(sizes);
  return [0, 1, 2, 3].map((index) => makeKeeper(context, index));
}

function reports({ effects }: Keeper): string[] {
  return effects.flatMap((effect) => effect.kind === "report" ? [effect.report.kind] : []);
}

Deno.test("records: a batch has one form; anything else is a batch of nothing", () => {
  const records = [
    { client: "Ärger", sequence: 1, payload: new Uint8Array() },
    { client: "b", sequence: Number.MAX_SAFE_INTEGER, payload: new Uint8Array([1, 2]) },
  ];
  const bytes = encodeBatch(records);
  assertEquals(decodeBatch(bytes), records);
  assertEquals(decodeBatch(encodeBatch([])), []);
  for (let length = 0; length < bytes.length; length++) {
    assertEquals(decodeBatch(bytes.subarray(0, length)), [], `cut to ${length}`);
  }
  assertEquals(decodeBatch(new Uint8Array([...bytes, 0])), []);
  const odd = { client: "", sequence: 1, payload: new Uint8Array() };
  assertEquals(decodeBatch(encodeBatch([odd])), []);
});

Deno.test("records: what fits into no batch is told why", () => {
  const record = { client: "c", sequence: 1, payload: new Uint8Array(10) };
  assertEquals(recordFlaw(record, 1_000), undefined);
  assertEquals(recordFlaw({ ...record, client: "" }, 1_000)?.includes("name"), true);
  assertEquals(recordFlaw({ ...record, client: "x".repeat(65) }, 1_000)?.includes("name"), true);
  assertEquals(recordFlaw({ ...record, client: "\ud800" }, 1_000)?.includes("Unicode"), true);
  assertEquals(recordFlaw({ ...record, sequence: 0 }, 1_000)?.includes("sequence"), true);
  assertEquals(recordFlaw({ ...record, sequence: 1.5 }, 1_000)?.includes("sequence"), true);
  assertEquals(recordFlaw(record, 20)?.includes("batchBytesMax"), true);
});

Deno.test("sessions: a repeated record is known, out of order too, and so is one too old", () => {
  const sessions = new Sessions(2);
  const admit = (client: string, sequence: number) => sessions.admit({ client, sequence });
  assertEquals(admit("a", 5), "new");
  assertEquals(admit("a", 5), "repeated");
  assertEquals(admit("a", 3), "new");
  assertEquals(admit("a", 3), "repeated");
  assertEquals(admit("a", 70), "new");
  assertEquals(admit("a", 6), "too old");
  assertEquals(admit("a", 7), "new");
  assertEquals(Sessions.decode(sessions.encode(), 2)?.encode(), sessions.encode());
  assertEquals(admit("b", 1), "new");
  assertEquals(admit("c", 1), "new"); // a was not heard of for longest
  assertEquals(sessions.size, 2);
  assertEquals(sessions.judge({ client: "a", sequence: 70 }), "new");
  assertEquals(Sessions.decode(sessions.encode().subarray(1), 2), undefined);
  assertEquals(Sessions.decode(sessions.encode(), 1), undefined);
});

Deno.test("chain: it depends on learner, position, order and outcome", () => {
  const context = makeContext([3, 3]);
  const [one, other] = [genesis(context, 0), genesis(context, 1)];
  const valueHash = context.hashValue(valueAt(0));
  const decided = { kind: "decided", valueHash } as const;
  const heads = [
    one,
    other,
    extendChain(context, one, 0, decided),
    extendChain(context, one, 1, decided),
    extendChain(context, one, 0, { kind: "closed" }),
    extendChain(context, other, 0, decided),
  ];
  assertEquals(new Set(heads).size, heads.length);
});

Deno.test("certificates: each way to make a wrong one has its answer", () => {
  const keepers = fourKeepers([3, 4]);
  advance(keepers, 2);
  const certificate = keepers[0]!.state.learners[0]!.certificate!;
  const { context } = keepers[0]!.member;
  const flaw = (changed: Partial<Certificate>) =>
    certificateFlaw(context, { ...certificate, ...changed });
  const { statements } = certificate;
  assertEquals(flaw({}), undefined);
  assertEquals(flaw({ learner: 7 }), "MALFORMED");
  assertEquals(flaw({ position: 4 }), "POSITION");
  assertEquals(flaw({ chain: "00".repeat(32) as LogHash }), "HEAD");
  assertEquals(flaw({ statements: statements.slice(0, 2) }), "QUORUM");
  assertEquals(flaw({ statements: [statements[0]!, statements[0]!, statements[1]!] }), "REPEATED");
  const forged = { ...statements[0]!, signature: statements[1]!.signature };
  assertEquals(flaw({ statements: [forged, ...statements.slice(1)] }), "SIGNATURE");
  // Three statements are enough for the first learner, not for the second.
  const second = keepers[0]!.state.learners[1]!;
  const of = (count: number): Certificate => ({
    ...second.certificate!,
    statements: second.certificate!.statements.slice(0, count),
  });
  assertEquals(certificateFlaw(context, of(3)), "QUORUM");
  assertEquals(certificateFlaw(context, of(4)), undefined);
});

Deno.test("certificates: a statement moved to another position is nobody's", () => {
  const keepers = fourKeepers();
  advance(keepers, 2);
  const { context } = keepers[0]!.member;
  const certificate = keepers[0]!.state.learners[0]!.certificate!;
  const statements = certificate.statements.map(({ statement, signature }) => ({
    statement: { ...statement, position: 4 },
    signature,
  }));
  assertEquals(certificateFlaw(context, { ...certificate, position: 4, statements }), "SIGNATURE");
});

Deno.test("floor: with certificates for all learners; nothing is signed below it, also after a restart", () => {
  const keepers = fourKeepers([3, 4]);
  advance(keepers.slice(0, 3), 2);
  assertEquals(keepers[0]!.state.floor, 0); // the second learner wants all four
  advance(keepers, 2);
  const [keeper] = keepers;
  assertEquals(keeper!.state.floor, 2);
  assertEquals([1, 2].map((i) => maySign(keeper!.member, keeper!.state, i)), [false, true]);
  const kept = keeper!.effects.flatMap((effect) => effect.kind === "keep" ? [effect.record] : []);
  const { state, effects } = restoreLog(keeper!.member, kept);
  assertEquals(maySign(keeper!.member, state, 1), false);
  assertEquals(effects, [{ kind: "forget", below: 2 }]);
});

Deno.test("floor: an operator who abandons a learner does not wait for it", () => {
  const keepers = fourKeepers([3, 4]);
  advance(keepers.slice(0, 3), 2);
  const [keeper] = keepers;
  tell(keeper!, { kind: "abandon", learner: 1 });
  assertEquals(keeper!.state.floor, 2);
});

Deno.test("floor: a certificate of what was not seen moves none", () => {
  const context = makeContext();
  const others = [1, 2, 3].map((index) => makeKeeper(context, index));
  advance(others, 2, (position) => valueAt(position + 7));
  const keeper = makeKeeper(context, 0);
  for (const other of others) tell(keeper, { kind: "statement", signed: stated(other)[0]! });
  assertEquals(keeper.state.floor, 0);
  // Its own observation contradicts the certificate: nobody has to wait for this learner.
  advance([keeper], 2);
  assertEquals([keeper.state.inaccurate, keeper.state.floor], [1n, 2]);
  assertEquals(keeper.state.learners[0]!.certificate, undefined);
});

Deno.test("snapshots: each way to make a wrong one has its answer", () => {
  const keepers = fourKeepers();
  advance(keepers, 4);
  const { context } = keepers[0]!.member;
  const snapshot = makeSnapshot(keepers[0]!.state)!;
  const part = snapshot.parts[0]!;
  const flaw = (changed: Partial<typeof part>, position = snapshot.position) =>
    snapshotFlaw(context, { position, parts: [{ ...part, ...changed }] }, 0n)?.flaw;
  assertEquals(flaw({}), undefined);
  assertEquals(flaw({}, 2), "POSITION");
  assertEquals(snapshotFlaw(context, { ...snapshot, parts: [] }, 0n)?.flaw, "PARTS");
  assertEquals(snapshotFlaw(context, { ...snapshot, parts: [undefined] }, 0n)?.flaw, "UNCERTIFIED");
  assertEquals(snapshotFlaw(context, { ...snapshot, parts: [undefined] }, 1n), undefined);
  const few = { ...part.certificate, statements: part.certificate.statements.slice(1, 2) };
  assertEquals(flaw({ certificate: few }), "CERTIFICATE");
  assertEquals(flaw({ sessions: new Sessions(4).encode() }), "SESSIONS");
  assertEquals(flaw({ from: part.from + 1 }), "CHAIN");
  assertEquals(flaw({ entries: part.entries.toReversed() }), "CHAIN");
  const [first, ...rest] = part.entries;
  assertEquals(flaw({ entries: [{ ...first!, value: valueAt(9) }, ...rest] }), "VALUE");
});

Deno.test("snapshots: who comes with nothing goes on from one, silent below, and knows repetitions", () => {
  const keepers = fourKeepers();
  advance(keepers, 4);
  const late = makeKeeper(keepers[0]!.member.context, 3);
  const snapshot = makeSnapshot(keepers[0]!.state)!;
  tell(late, { kind: "snapshot", snapshot });
  assertEquals(late.state.floor, 4);
  assertEquals(maySign(late.member, late.state, 3), false);
  const repeated = (position: number) => valueAt(position === 4 ? 3 : position);
  const all = [...keepers.slice(0, 3), late];
  advance(all, 6, repeated);
  const records = late.effects.flatMap((effect) =>
    effect.kind === "deliver" ? [effect.delivery.records.length] : []
  );
  assertEquals(records, [0, 1]);
  // It states nothing of what it has not seen itself, and then what all others state.
  assertEquals(stated(late).map(({ statement }) => statement.position), [6]);
  assertEquals(late.state.floor, 6);
});

Deno.test("snapshots: what a process has seen itself stands, and the learner is inaccurate", () => {
  const context = makeContext();
  const others = [0, 1, 2].map((index) => makeKeeper(context, index));
  advance(others, 2, (position) => valueAt(position + 7));
  const own = makeKeeper(context, 3);
  advance([own], 2);
  const before = own.state.learners[0]!.chain;
  tell(own, { kind: "snapshot", snapshot: makeSnapshot(others[0]!.state)! as Snapshot });
  assertEquals(own.state.learners[0]!.chain, before);
  assertEquals(own.state.inaccurate, 1n);
  assert(reports(own).includes("inaccurate"));
});

Deno.test("statements: two that exclude each other prove a lie, and which one came first stands", () => {
  const context = makeContext();
  const liar = [makeKeeper(context, 1), makeKeeper(context, 1)];
  advance([liar[0]!], 2);
  advance([liar[1]!], 2, (position) => valueAt(position + 1));
  const honest = makeKeeper(context, 0);
  for (const face of liar) {
    tell(honest, { kind: "statement", signed: stated(face)[0]! });
  }
  assertEquals(honest.state.book.lies.map(({ signer }) => signer), [1]);
  assertEquals(reports(honest), ["lie"]);
  assertEquals(honest.state.book.size, 1);
});

Deno.test("window: the fastest learner opens it, the slowest one's instances stay, the floor ends it", () => {
  const context = makeContext([3, 4]);
  const keeper = makeKeeper(context, 0);
  const open = (instance: number) => takesPart(keeper.member, keeper.state, instance);
  const decide = (instance: number) =>
    tell(keeper, { kind: "decided", learner: 0, instance, value: valueAt(instance) });
  assertEquals([3, 4].map(open), [true, false]);
  decide(0);
  assertEquals([0, 4, 5].map(open), [true, true, false]);
  for (let i = 1; i < 16; i++) decide(i);
  assertEquals([0, 15, 16, 17].map(open), [true, true, false, false]);
  assertEquals(open(-1), false);
});
