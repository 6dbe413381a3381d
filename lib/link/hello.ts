/**
 * What processes say first to each other, and whether they go on talking.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { reject, type Rejection } from "../core/rejection.ts";
import {
  Goodbye_Reason as Reason,
  type Hello,
  HelloSchema,
  Role,
} from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { Journal } from "../store/journal.ts";
import { fromHex } from "../wire/hex.ts";
import { PROTOCOL_VERSION } from "../wire/protocol_version.ts";
import { roleName } from "../wire/role_name.ts";
import type { Configuration } from "../config/configuration.ts";
import { describeMismatch, encodeDigest } from "../config/digests.ts";
import type { LinkEnd } from "./link.ts";

/** Bytes of a journal's epoch. */
const EPOCH_BYTES = 16;

/** Characters of what a program calls itself, at most. */
const AGENT_LENGTH_MAX = 256;

/** What a peer is told that we do not talk to. */
export type Refusal = Pick<LinkEnd, "reason" | "detail">;

/** Ends that will most likely be the same next time: no reason to hurry. */
export const REFUSALS: ReadonlySet<Reason> = new Set([
  Reason.CONFIG_MISMATCH,
  Reason.DUPLICATE_IDENTITY,
  Reason.DUPLICATE_LINK,
  Reason.LIMIT,
  Reason.PROTOCOL_ERROR,
]);

/**
 * Our Hello to a peer: it says also how far we have taken in its ledger.
 *
 * @param floor Of our log; 0 if there is none.
 */
export function makeHello(
  { self, digest }: Configuration,
  { role, incarnation, agent }: {
    readonly role: Role;
    readonly incarnation: bigint;
    readonly agent: string;
  },
  journal: Journal,
  peer: string,
  floor = 0,
): Hello {
  const progress = journal.progress(peer);
  return create(HelloSchema, {
    protocolVersion: PROTOCOL_VERSION,
    role,
    name: self.name,
    incarnation,
    configDigest: encodeDigest(digest),
    agent,
    logEpoch: fromHex(journal.epoch),
    resumeEpoch: progress === undefined ? undefined : fromHex(progress.epoch),
    resumePosition: BigInt(progress?.position ?? 0),
    floor: BigInt(floor),
  });
}

/**
 * Judges a peer's Hello: undefined if it speaks our version, is what its certificate proves in a
 * role that this identity may have, and has our configuration.
 *
 * @param peer Name of the identity that the peer has proved to be.
 * @param dialed Whether we dialed: then it has to be an acceptor.
 */
export function judgeHello(
  { self, identities, digest }: Configuration,
  hello: Hello,
  peer: string,
  dialed: boolean,
): { readonly refusal: Refusal; readonly rejection: Rejection } | undefined {
  if (hello.protocolVersion !== PROTOCOL_VERSION) {
    return violation(otherVersion(self.name, peer, hello.protocolVersion));
  }
  const identity = identities.find(({ name }) => name === peer);
  const mayBe = hello.role === Role.ACCEPTOR
    ? identity?.client === false
    : !dialed && (hello.role === Role.LEARNER || hello.role === Role.PROPOSER);
  if (identity === undefined || hello.name !== peer || !mayBe) {
    return violation(`${peer} may not call itself ${hello.name} in role ${roleName(hello.role)}`);
  }
  if (hello.agent.length > AGENT_LENGTH_MAX) {
    return violation(`the name of a program has at most ${AGENT_LENGTH_MAX} characters`);
  }
  const { length } = hello.logEpoch;
  if (length !== 0 && length !== EPOCH_BYTES) {
    return violation(`an epoch has ${EPOCH_BYTES} bytes, not ${length}`);
  }
  const mismatch = describeMismatch(digest, hello.configDigest);
  if (mismatch === undefined) return undefined;
  const detail = `configurations differ: ${mismatch}`;
  return {
    refusal: { reason: Reason.CONFIG_MISMATCH, detail },
    rejection: reject("CONFIG_MISMATCH", detail),
  };
}

/** The same line for both sides: who is to be updated. */
function otherVersion(self: string, peer: string, version: number): string {
  const older = version < PROTOCOL_VERSION ? peer : self;
  return `${self} speaks version ${PROTOCOL_VERSION} of the conversation and ${peer} version ` +
    `${version}; ${older} is older: update it`;
}

function violation(detail: string): { refusal: Refusal; rejection: Rejection } {
  return {
    refusal: { reason: Reason.PROTOCOL_ERROR, detail },
    rejection: reject("PROTOCOL_VIOLATION", detail),
  };
}
