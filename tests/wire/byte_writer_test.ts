import { assertEquals } from "@std/assert";
import { ByteWriter } from "../../lib/wire/byte_writer.ts";
import { toHex } from "../../lib/wire/hex.ts";

const WRITES = {
  u8: (writer: ByteWriter) => writer.u8(0xab),
  u32: (writer: ByteWriter) => writer.u32(0xabcdef01),
  u64: (writer: ByteWriter) => writer.u64(0xabcdef0123456789n),
  raw: (writer: ByteWriter) => writer.raw(Uint8Array.of(0xab, 0xcd)),
  hex: (writer: ByteWriter) => writer.hex("abcd"),
};

for (const [name, write] of Object.entries(WRITES)) {
  Deno.test(`a writer that has to grow for ${name} writes what one with room does`, () => {
    for (let before = 0; before < 20; before++) {
      const [small, large] = [1, 1_000].map((capacity) => {
        const writer = new ByteWriter(capacity);
        for (let i = 0; i < before; i++) writer.u8(i);
        return toHex(write(writer).finish());
      });
      assertEquals(small, large);
    }
  });
}
