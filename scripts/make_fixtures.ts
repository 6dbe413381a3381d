/**
 * Makes tests/fixtures/reference_*_config.json, files of the shape that the Rust implementation
 * writes: P-256 keys, certificates that say nothing but localhost, quorums and safe sets by name.
 * Keys are new each time, so the vectors must be made anew after it:
 * `deno run -A scripts/make_fixtures.ts && deno run -A scripts/make_vectors.ts`.
 *
 * @module
 */

import { runScript } from "./command.ts";
import "reflect-metadata";
import {
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

const NAMES = ["Alice", "Bob", "Carol", "Dave"];
const BASE_PORT = 8700;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

interface Member {
  readonly certificate: string;
  readonly privateKey: string;
}

async function makeMember(): Promise<Member> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  if (!("privateKey" in keys)) throw new Error("a key pair was asked for");
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=rcgen self signed cert",
    notBefore: new Date("1975-01-01T00:00:00Z"),
    notAfter: new Date("4096-01-01T00:00:00Z"),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new SubjectAlternativeNameExtension([{ type: "dns", value: "localhost" }])],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    privateKey: `${PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
  };
}

/** The addresses, by the older field names or by the newer ones: both occur. */
function addressesOf(members: readonly Member[], older: boolean): Record<string, unknown>[] {
  return members.map(({ certificate }, i) => {
    const [port, name] = [BASE_PORT + i, NAMES[i]];
    return older
      ? { publicKey: certificate, hostname: "localhost", port, name }
      : { certificate, host: "localhost", port, name };
  });
}

if (import.meta.main) {
  await runScript({
    name: "make_fixtures",
    summary: "Make the configurations of the Rust reference in tests/fixtures anew",
    description: "Make the configurations of the Rust reference in tests/fixtures anew.",
    flags: [],
  }, async () => {
    const members = await Promise.all(NAMES.map(makeMember));
    const quorums = NAMES.map((absent) => ({ names: NAMES.filter((name) => name !== absent) }))
      .reverse();
    for (const [i, { privateKey }] of members.entries()) {
      const config = {
        privateKey,
        proposal: `my_proposal_${i}`,
        learners: { Eve: { quorums } },
        safetySets: { Eve: { safetySets: { Eve: { quorums } } } },
        addresses: addressesOf(members, i >= 2),
      };
      const path = new URL(`../tests/fixtures/reference_${i}_config.json`, import.meta.url);
      await Deno.writeTextFile(path, `${JSON.stringify(config, undefined, 2)}\n`);
    }
  });
}
