/**
 * Hashes and signatures by Node's functions, which are native and which Deno has too. They are not
 * imported: the platform is asked whether it has them.
 *
 * @module
 */

import { type Engine, type EngineKey, joined } from "./engine_port.ts";

/** What stands before the 32 secret bytes of an Ed25519 key in PKCS#8. */
const ED25519_PKCS8_HEAD = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);

/** What of `node:crypto` is used. */
interface NodeCrypto {
  createHash(name: string): {
    update(content: Uint8Array | string): { digest(): Uint8Array; digest(as: "hex"): string };
  };
  createPublicKey(key: unknown): { export(options: unknown): Uint8Array };
  createPrivateKey(key: unknown): unknown;
  sign(hash: null, bytes: Uint8Array, key: unknown): Uint8Array;
  verify(hash: string | null, bytes: Uint8Array, key: unknown, signature: Uint8Array): boolean;
}

/** Node's functions, which Deno has too. */
function nativeBy(node: NodeCrypto): Engine {
  const privateKey = (secret: Uint8Array) =>
    node.createPrivateKey({
      key: joined(ED25519_PKCS8_HEAD, secret),
      format: "der",
      type: "pkcs8",
    });
  return {
    sha3: (bytes) => new Uint8Array(node.createHash("sha3-256").update(bytes).digest()),
    sha3Hex: (bytes) => node.createHash("sha3-256").update(bytes).digest("hex"),
    sha256Hex: (content) => node.createHash("sha256").update(content).digest("hex"),
    keyOf: (spki) =>
      node.createPublicKey({ key: spki, format: "der", type: "spki" }) as unknown as EngineKey,
    verifyEd25519: (key, bytes, signature) => node.verify(null, bytes, key, signature),
    verifyP256: (key, bytes, signature) =>
      node.verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, signature),
    publicOf: (secret) =>
      new Uint8Array(
        node.createPublicKey(privateKey(secret)).export({ type: "spki", format: "der" }),
      ),
    signerOf(secret) {
      const key = privateKey(secret);
      return (bytes) => new Uint8Array(node.sign(null, bytes, key));
    },
  };
}

/** The platform's; undefined where it has none that is synchronous, as in a browser. */
export const NATIVE: Engine | undefined = findNative();

function findNative(): Engine | undefined {
  const { process } = globalThis as {
    readonly process?: { getBuiltinModule?(name: string): NodeCrypto | undefined };
  };
  const node = process?.getBuiltinModule?.("node:crypto");
  return node && nativeBy(node);
}
