/**
 * Arbitrary messages for the tests of the codec.
 *
 * @module
 */

import fc from "fast-check";
import type { MessageId, ValueHash } from "../../lib/core/types.ts";
import { SECONDS_MAX, type WireMessage } from "../../lib/wire/codec.ts";

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.toHex());

const instance = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const ids = fc.uniqueArray(hash, { minLength: 1, maxLength: 12 })
  .map((refs) => refs.sort() as MessageId[]);

const proposal: fc.Arbitrary<WireMessage> = fc.record({
  kind: fc.constant("1a" as const),
  instance,
  ballot: fc.record({
    seconds: fc.integer({ min: 0, max: SECONDS_MAX }),
    nanos: fc.integer({ min: 0, max: 999_999_999 }),
    valueHash: hash.map((hex) => hex as ValueHash),
    proposer: fc.nat(0xffff_ffff),
  }),
  value: fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }),
  signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
});

const acceptorMessage: fc.Arbitrary<WireMessage> = fc.record({
  kind: fc.constant("acceptor" as const),
  instance,
  content: fc.tuple(fc.nat(0xffff_ffff), ids, fc.option(fc.nat())).map(([signer, refs, nth]) => ({
    signer,
    prev: nth === null ? undefined : refs[nth % refs.length],
    refs,
  })),
  signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
});

/** Any message of right form. */
export const wireMessage: fc.Arbitrary<WireMessage> = fc.oneof(proposal, acceptorMessage);
