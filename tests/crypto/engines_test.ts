/**
 * The platform's hashes and signatures against those of the library that runs anywhere.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import signatures from "../vectors/signatures.json" with { type: "json" };
import { ENGINE } from "../../lib/crypto/engine.ts";
import { NATIVE } from "../../lib/crypto/native_engine.ts";
import { PORTABLE } from "../../lib/crypto/portable_engine.ts";
import { KeyError } from "../../lib/crypto/key_error.ts";
import { verifyingKeyOf } from "../../lib/crypto/signatures.ts";
import { fromHex, toHex } from "../../lib/wire/hex.ts";

Deno.test("a node uses the platform's functions", () => {
  assert(NATIVE !== undefined);
  assertEquals(ENGINE, NATIVE);
});

Deno.test("both hash alike", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), fc.string(), (bytes, text) => {
    assertEquals(PORTABLE.sha3(bytes), NATIVE!.sha3(bytes));
    assertEquals(PORTABLE.sha3Hex(bytes), NATIVE!.sha3Hex(bytes));
    assertEquals(PORTABLE.sha256Hex(bytes), NATIVE!.sha256Hex(bytes));
    assertEquals(PORTABLE.sha256Hex(text), NATIVE!.sha256Hex(text.toWellFormed()));
  }));
});

Deno.test("both make one key of a secret, and one signature, which both verify", () => {
  const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const property = fc.property(secrets, fc.uint8Array(), fc.nat(511), (secret, bytes, bit) => {
    const spki = NATIVE!.publicOf(secret);
    assertEquals(PORTABLE.publicOf(secret), spki);
    const signature = NATIVE!.signerOf(secret)(bytes);
    assertEquals(PORTABLE.signerOf(secret)(bytes), signature);
    const damaged = signature.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    for (const engine of [NATIVE!, PORTABLE]) {
      const key = engine.keyOf(spki);
      assertEquals(engine.verifyEd25519(key, bytes, signature), true);
      assertEquals(verifies(() => engine.verifyEd25519(key, bytes, damaged)), false);
    }
  });
  fc.assert(property, { numRuns: 25 });
});

Deno.test("both judge the vectors of signatures as they say", () => {
  for (const { kind, what, spki, message, signature, valid } of signatures) {
    for (const engine of [NATIVE!, PORTABLE]) {
      const key = engine.keyOf(fromHex(spki));
      const verify = kind === "ed25519" ? engine.verifyEd25519 : engine.verifyP256;
      const verdict = verifies(() => verify(key, fromHex(message), fromHex(signature)));
      assertEquals(verdict, valid, `${kind}, ${what}`);
    }
  }
});

Deno.test("what is no public key in use is refused with a reason", () => {
  const { spki } = verifyingKeyOf(fromHex(signatures[0]!.spki));
  const point = fromHex(signatures.find(({ kind }) => kind === "p256")!.spki);
  point[point.length - 1]! ^= 1;
  for (const odd of [new Uint8Array(), spki.slice(1), spki.slice(0, -1), point]) {
    assertThrows(() => verifyingKeyOf(odd), KeyError, "cannot be read as a public key");
  }
  // X25519 is a key of the same form, and of another kind.
  const other = fromHex(toHex(spki).replace("06032b6570", "06032b656e"));
  assertThrows(() => verifyingKeyOf(other), KeyError, "is a key of another kind");
  assertThrows(() => PORTABLE.keyOf(point));
});

/** Whether a verification says so; what it throws for is no signature. */
function verifies(verify: () => boolean): boolean {
  try {
    return verify();
  } catch {
    return false;
  }
}
