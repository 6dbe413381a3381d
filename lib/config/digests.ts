/**
 * Configuration digests on the wire.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { type ConfigDigests, differingParts, type DigestPart } from "./digest.ts";
import { type ConfigDigest, ConfigDigestSchema } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { equalBytes } from "../wire/hex.ts";

const WORDS: Readonly<Record<DigestPart, string>> = {
  acceptors: "the acceptors' names or keys",
  learners: "the learners or their quorums",
  safetySets: "the safety sets",
  rules: "the rules",
  proposers: "the proposers' names or keys",
  windows: "the proposers' rotation or windowMsMin",
};

/** For a Hello or a status. */
export function encodeDigest(digest: ConfigDigests): ConfigDigest {
  const { whole, acceptors, learners, safetySets, rules, proposers, windows, log } = digest;
  const copy = (bytes: Uint8Array) => new Uint8Array(bytes);
  return create(ConfigDigestSchema, {
    whole: copy(whole),
    acceptors: copy(acceptors),
    learners: copy(learners),
    safetySets: copy(safetySets),
    rules: copy(rules),
    proposers: copy(proposers),
    windows: copy(windows),
    ...log && { log: copy(log) },
  });
}

/** What differs between our configuration and a peer's, in words; undefined if nothing does. */
export function describeMismatch(
  ours: ConfigDigests,
  theirs: ConfigDigest | undefined,
): string | undefined {
  if (theirs === undefined) return "the peer does not say which it has";
  if (equalBytes(ours.whole, theirs.whole)) return undefined;
  const differing = differingParts(ours, theirs).map((part) => WORDS[part]);
  if (!equalBytes(ours.log ?? new Uint8Array(), theirs.log)) {
    differing.push(
      "whether there is a log, or its windowMax, spreadMax, checkpointEvery or clientsMax",
    );
  }
  return differing.length === 0 ? "in more than its parts" : `${differing.join(", ")} differ`;
}
