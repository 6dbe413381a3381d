/**
 * Faults at the border: who is let in, and what a request means.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

/** In certificates and requests. */
export const BORDERS: readonly Fault[] = [
  {
    name: "a certificate of another X.509 version is compared like one of version 3",
    origin: "Deno takes it from any server, without proof of the key",
    edits: [
      edit(
        "net/tls.ts",
        "return version === 3 ? spki.toHex()",
        "return version > 0 ? spki.toHex()",
      ),
    ],
    caughtBy: {
      path: "tests/net/tls_test.ts",
      test: "a certificate made by anybody around a known key opens nothing: version [1]",
    },
  },
  {
    name: "whoever an issuer vouches for is let in",
    origin: "what TLS does by itself, and other systems rely on",
    edits: [
      edit(
        "net/tls.ts",
        "return key === undefined ? undefined : names.get(key);",
        "return key === undefined ? undefined : names.get(key) ?? [...names.values()][0];",
      ),
    ],
    caughtBy: {
      path: "tests/net/tls_test.ts",
      test: "an issuer cannot make another key pass for one that it has signed",
    },
  },
  {
    name: "peers compare the bytes of certificates",
    origin: "this program: a renewal stopped the cluster",
    edits: [
      edit(
        "net/tls.ts",
        "return version === 3 ? spki.toHex()",
        "return version === 3 && spki.length > 0 ? der.toHex()",
      ),
    ],
    caughtBy: {
      path: "tests/net/tls_test.ts",
      test: "a renewed certificate is believed by who has the old one, and the other way round",
    },
  },
  {
    name: "a certificate whose issuer is not there is accepted",
    origin: "this program: `config check` said valid, and nobody connected",
    edits: [
      edit(
        "crypto/certificate.ts",
        "for (const block of own) refuseIssuerless(block, blocks);",
        "for (const block of own) if (blocks.length > 9) refuseIssuerless(block, blocks);",
      ),
    ],
    caughtBy: {
      path: "tests/net/certificate_kinds_test.ts",
      test: "the check is right about a certificate: signed by another, who is not there",
    },
  },
  {
    name: "JSON of requests is read as leniently as the library does",
    origin: "this program: 9007199254740993 was decided in …992",
    edits: [
      edit(
        "net/request_check.ts",
        "if (fault !== undefined) refuse(fault);",
        "if (fault !== undefined && message.length === 0) refuse(fault);",
      ),
    ],
    caughtBy: {
      path: "tests/net/strict_json_test.ts",
      test: "requests in JSON mean one thing or are refused: application/json",
    },
  },
];
