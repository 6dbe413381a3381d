/**
 * `hetpaxos config digest`: what all members of a cluster must have in common.
 *
 * @module
 */

import { readCluster } from "../lib/config/cluster_configuration.ts";
import { DIGEST_PARTS } from "../lib/config/digest.ts";
import { toHex } from "../lib/wire/hex.ts";
import { EXIT } from "../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "./command.ts";
import { makeOutput, OUTPUT_FLAGS } from "./output.ts";

/** The command. */
export const configDigest: Command = defineCommand({
  name: "digest",
  summary: "print the digest that all members of a cluster must share",
  description: "Checks a file and prints its digest: a hash of the acceptors with their public " +
    "keys, the learners with their quorums, the safe sets and the rules, and of each of these " +
    "alone. Processes whose digests differ refuse each other. Private keys, proposals, hosts, " +
    "ports, clients and settings are not covered. No private key is needed or looked at. Of a " +
    "file that all members share its SHA-256 is printed too, which covers every byte.",
  flags: OUTPUT_FLAGS,
  positionals: [{
    name: "FILE",
    help: "configuration file, or - for standard input",
    offers: "file",
  }],
  exits: [{ status: EXIT.configuration, means: "the file is wrong; the message says where" }],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const { digest, shared } = await readCluster(positionals[0]!);
  const parts = DIGEST_PARTS.map((part) => [part, toHex(digest[part])] as const);
  const whole = toHex(digest.whole);
  const file = shared === undefined ? [] : [["shared file", shared.sha256] as const];
  output.emit({
    event: "digest",
    whole,
    ...Object.fromEntries(parts),
    sharedFile: shared?.sha256 ?? null,
  });
  for (const [part, hex] of [["whole", whole] as const, ...parts, ...file]) {
    output.say([`${part.padEnd(12)}${hex}`]);
  }
  return EXIT.ok;
});
