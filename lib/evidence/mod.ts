/**
 * Proofs that an acceptor signed what no honest one would: made from two messages of its own, read
 * from JSON, and verified by anybody who has the configuration.
 *
 * @module
 */

export {
  type Agreement,
  agreementWithout,
  type Equivocation,
  type EvidenceContext,
  evidenceOf,
  type KeptFork,
  type LearnerPair,
  makeEvidence,
  type MessageSource,
  verifyEvidence,
} from "./evidence.ts";
export {
  EVIDENCE_DIGESTS,
  EVIDENCE_FLAWS,
  EVIDENCE_FORMAT,
  EVIDENCE_VERSION,
  type EvidenceFlaw,
  type EvidenceJson,
  type EvidenceMessageJson,
  isEvidenceFlaw,
  type ReadEvidence,
  readEvidence,
  type ReadEvidenceMessage,
} from "./evidence_json.ts";
export type { ConsensusMessageJson } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
export { KeyError } from "../crypto/key_error.ts";
export {
  KEY_KINDS,
  type KeyKind,
  PublicKey,
  type Signer,
  type VerifyingKey,
  verifyingKeyOf,
} from "../crypto/signatures.ts";
export { type ConfigDigests, DIGEST_PARTS, type DigestPart } from "../config/digest.ts";
