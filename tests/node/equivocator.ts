/**
 * An acceptor that signs two messages in one place, and a process that catches it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { isRejection } from "../../lib/core/rejection.ts";
import type { MessageId, Timestamp } from "../../lib/core/types.ts";
import { hashValue, messageId } from "../../lib/crypto/hash.ts";
import type { KeyKind } from "../../lib/crypto/keys.ts";
import { type ClusterPlan, planHomogeneous } from "../../lib/config/cluster_plan.ts";
import { type Configuration, loadConfiguration } from "../../lib/config/configuration.ts";
import { type ConfigFileJson, generateConfigs } from "../../lib/config/generate.ts";
import { Node } from "../../lib/node/node.ts";
import { signProposal } from "../../lib/node/signing.ts";
import type { Journal } from "../../lib/store/journal.ts";
import { canonicalAcceptorMessage } from "../../lib/wire/canonical.ts";
import {
  encodeMessage,
  type WireAcceptorMessage,
  type WireMessage,
  type WireProposal,
} from "../../lib/wire/codec.ts";

/** Four acceptors of which one may lie, and the learners Eve and Frank. */
export const FOUR: ClusterPlan = planHomogeneous(
  ["Alice", "Bob", "Carol", "Dave"],
  ["Eve", "Frank"],
  { byzantine: 1, crash: 0 },
);

/** The configuration files of a cluster with fresh keys, by name; one client. */
export async function filesOf(
  plan: ClusterPlan = FOUR,
  keyKind: KeyKind = "ed25519",
): Promise<ReadonlyMap<string, ConfigFileJson>> {
  const deployment = {
    hosts: ["localhost"],
    basePort: 8700,
    clients: 1,
    keyKind,
    rules: undefined,
  };
  const files = await generateConfigs(plan, deployment);
  return new Map(files.map(({ name, config }) => [name, config]));
}

/** The configurations of a cluster with fresh keys, by name. */
export async function clusterOf(
  plan: ClusterPlan = FOUR,
  keyKind: KeyKind = "ed25519",
): Promise<(name: string) => Configuration> {
  const files = await filesOf(plan, keyKind);
  return (name) => loadConfiguration(JSON.stringify(files.get(name)), `${name}.json`);
}

/** What a 1b or 2a says beside who says it. */
export interface Said {
  readonly instance?: bigint;
  readonly prev?: MessageId;
  readonly refs: readonly MessageId[];
}

/** A message that an acceptor's key has signed, whatever the protocol says about it. */
export function signed(
  { self, signer, digest }: Configuration,
  { instance = 1n, prev, refs }: Said,
): WireAcceptorMessage {
  const content = {
    signer: self.acceptorIndex!,
    prev,
    refs: [...refs, ...(prev === undefined ? [] : [prev])].toSorted(),
  };
  const bytes = canonicalAcceptorMessage({ configDigest: digest.whole, instance }, content);
  return { kind: "acceptor", instance, content, signature: signer.sign(bytes) };
}

/** The 1a of a value, at the start of 2023 unless told otherwise. */
export function proposal(
  { self, signer, digest }: Configuration,
  text: string,
  seconds = 1_672_531_200,
  instance = 1n,
): WireProposal {
  const value = new TextEncoder().encode(text);
  const proposer = self.proposerIndex!;
  const ballot = { seconds, nanos: 0, valueHash: hashValue(value), proposer };
  return signProposal(signer, { configDigest: digest.whole, instance }, ballot, value);
}

/** The id of a message. */
export function idOf({ digest }: Configuration, wire: WireMessage): MessageId {
  return messageId(digest.whole, wire);
}

/** Two 1as, and an answer to each by an acceptor that claims both times never to have spoken. */
export function fork(liar: Configuration, instance = 1n): {
  readonly proposals: readonly [WireProposal, WireProposal];
  readonly answers: readonly [WireAcceptorMessage, WireAcceptorMessage];
} {
  const [one, two] = ["red", "blue"].map((value) => proposal(liar, value, undefined, instance));
  const proposals = [one!, two!] as const;
  const [red, blue] = proposals.map((wire) => signed(liar, { instance, refs: [idOf(liar, wire)] }));
  return { proposals, answers: [red!, blue!] };
}

/** Time stands still: at the start of 2024. */
const NOW: Timestamp = { seconds: 1_704_067_200, nanos: 0 };

/** Has a process take messages in, all of them well-formed, and keep what follows in its journal. */
export function takeIn(
  configuration: Configuration,
  journal: Journal,
  messages: readonly WireMessage[],
): void {
  const node = new Node({
    configuration,
    votes: false,
    journal,
    clock: { now: () => NOW, elapsedMs: () => 0, after: () => () => {} },
    random: () => 0.5,
    log: () => {},
  });
  for (const wire of messages) {
    const taken = node.take(encodeMessage(wire), "Dave");
    assertEquals(isRejection(taken) ? taken.detail : "", "");
  }
  node.flush();
  node.close();
}
