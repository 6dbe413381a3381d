/** Sessions against a twin that remembers everything. */
import { assertEquals } from "@std/assert";
import { SEQUENCE_SPAN, Sessions } from "../../lib/log/sessions.ts";
import { makePrng } from "../../lib/sim/prng.ts";

Deno.test("sessions: what is admitted, whom they forget, and their bytes are a plain twin's", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const prng = makePrng(seed);
    const clientsMax = prng.between(1, 4);
    let sessions = new Sessions(clientsMax);
    /** Who was heard of last is last. */
    const twin: { client: string; seen: number[] }[] = [];
    for (let step = 0; step < 600; step++) {
      const client = prng.pick(["a", "b", "c", "d", "e"])!;
      const known = twin.find((each) => each.client === client);
      const last = Math.max(0, ...known?.seen ?? []);
      const sequence = Math.max(1, last + prng.pick([1, 1, 1, 2, 0, -1, -5, -63, -64, -70, 90])!);
      const expected = known === undefined
        ? "new"
        : sequence <= last - SEQUENCE_SPAN
        ? "too old"
        : known.seen.includes(sequence)
        ? "repeated"
        : "new";
      assertEquals(sessions.admit({ client, sequence }), expected, `seed ${seed}, step ${step}`);
      if (expected !== "new") continue;
      if (known !== undefined) twin.splice(twin.indexOf(known), 1);
      twin.push({ client, seen: [...known?.seen ?? [], sequence] });
      if (twin.length > clientsMax) twin.shift();
      assertEquals(sessions.size, twin.length);
      // Whoever starts from a snapshot goes on from the bytes.
      const bytes = sessions.encode();
      const copy = Sessions.decode(bytes, clientsMax)!;
      assertEquals(copy.encode(), bytes);
      if (prng.chance(0.1)) sessions = copy;
    }
  }
});
