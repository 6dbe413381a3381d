/**
 * Keys of simulated clusters: cheap seals that nobody but the world can make for another, or, in
 * some worlds, real keys and signatures.
 *
 * @module
 */

import { reject } from "../../core/rejection.ts";
import type { Identity } from "../../crypto/identity.ts";
import { hashValue, sha3, sha3Hex } from "../../crypto/hash.ts";
import type { Signer } from "../../crypto/signatures.ts";
import { makeVerifier, type Verifier } from "../../crypto/verify.ts";
import type { MessageId } from "../../core/types.ts";
import { SIGNATURE_BYTES } from "../../wire/canonical.ts";
import { fromHex } from "../../wire/hex.ts";
import { constantKey } from "../keys.ts";
import { type NameOf, rememberNames } from "./names.ts";

/** How the members of a world sign, and how they verify. */
export interface Seals {
  /** Signs as the identity at a position of the cluster's. */
  signerOf(index: number): Signer;
  /** The part of a certificate that the verifier of the programs looks at. */
  certificateOf(index: number): Pick<Identity["certificate"], "keyKind" | "publicKey" | "spki">;
  /** What all members verify by; undefined for that of the programs. */
  verifier(names: MemberNames, configDigest: Uint8Array, nameOf?: NameOf): Verifier | undefined;
}

/** Who may sign what. */
export interface MemberNames {
  /** 1bs and 2as, by acceptor index. */
  readonly acceptors: readonly string[];
  /** 1as, by proposer index. */
  readonly proposers: readonly string[];
}

/** Bytes of the half of a seal that is looked at. */
const HALF_BYTES = SIGNATURE_BYTES / 2;

/**
 * A seal is the hash of what is signed, changed by the number that stands for a key. Its second half
 * may be anything, as of one message many signatures may be valid.
 */
function sealOf(index: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const half = sha3(bytes);
  const seal = new Uint8Array(SIGNATURE_BYTES);
  for (let i = 0; i < HALF_BYTES; i++) seal[i] = seal[i + HALF_BYTES] = half[i]! ^ maskOf(index);
  return seal;
}

/** Whether a seal is that of a key: an id is the hash of what is signed. */
function isSealOf(index: number, id: MessageId, seal: Uint8Array): boolean {
  const half = fromHex(id);
  for (let i = 0; i < HALF_BYTES; i++) if (seal[i] !== (half[i]! ^ maskOf(index))) return false;
  return true;
}

/** Another for each key, and none that changes nothing. */
function maskOf(index: number): number {
  return (index + 1) & 0xff;
}

const CHEAP: Seals = {
  signerOf: (index) => ({ sign: (bytes) => sealOf(index, bytes) }),
  certificateOf: (index) => ({ ...keyOf(0), spki: Uint8Array.of(index) }),
  verifier: (names, configDigest, nameOf = rememberNames(configDigest)) => ({
    identify: nameOf,
    signed: (signer, bytes, signature) =>
      signer < names.acceptors.length && isSealOf(signer, sha3Hex(bytes) as MessageId, signature),
    verify: (message, id) => {
      const { signature } = message;
      const forged = reject("BAD_SIGNATURE", "the seal is not the signer's");
      if (message.kind === "1a") {
        const { value, ballot } = message;
        const { proposer, valueHash } = ballot;
        if (proposer >= names.proposers.length) {
          return reject("UNKNOWN_SIGNER", "no such proposer");
        }
        if (value !== undefined && hashValue(value) !== valueHash) {
          return reject("VALUE_MISMATCH", "a value of another hash");
        }
        const isGenuine = isSealOf(proposer, id, signature);
        return isGenuine ? { kind: "1a", id, ballot } : forged;
      }
      const { content } = message;
      if (content.signer >= names.acceptors.length) {
        return reject("UNKNOWN_SIGNER", "no such acceptor");
      }
      const isGenuine = isSealOf(content.signer, id, signature);
      return isGenuine ? { kind: "acceptor", id, ...content } : forged;
    },
  }),
};

type MadeKey = ReturnType<typeof constantKey> & { readonly keyKind: "ed25519" };

const keys = new Map<number, MadeKey>();

/** The key of the identity at a position of the cluster's: the same in every world. */
function keyOf(index: number): MadeKey {
  let made = keys.get(index);
  if (made === undefined) keys.set(index, made = { keyKind: "ed25519", ...constantKey(index + 1) });
  return made;
}

function realIdentity(name: string, index: number): Pick<Identity, "name" | "certificate"> {
  return { name, certificate: keyOf(index) as unknown as Identity["certificate"] };
}

const REAL: Seals = {
  signerOf: (index) => keyOf(index).signer,
  certificateOf: (index) => ({ ...keyOf(index), spki: Uint8Array.of(index) }),
  verifier: (names, whole) =>
    makeVerifier({
      acceptors: names.acceptors.map(realIdentity),
      proposers: names.proposers.map(realIdentity),
      digest: { whole },
    }),
};

/** Real keys, or cheap seals. */
export function makeSeals(real: boolean): Seals {
  return real ? REAL : CHEAP;
}
