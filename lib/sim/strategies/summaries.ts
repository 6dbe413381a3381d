/**
 * False words about who has what.
 *
 * @module
 */

import { hashOf } from "../ids.ts";
import type { MessageId } from "../../core/types.ts";
import type { Packet } from "../packet.ts";
import type { Strategy, Villain } from "../villain.ts";

/** Packets that it answers with lies. */
const LIES_MAX = 30;

/** Hellos at once: more than anybody takes. */
const HELLOS = 24;

/**
 * Lies in what makes catching up work: says that it has everything, or nothing, or what does not
 * exist; wants everything, or what does not exist, again and again; greets all the time, so that all
 * is to be sent to it anew; and answers hellos of lives long past. It can cost honest processes some
 * packets, and keep for itself what it says it has. It is heard no more once it greets too often.
 */
export function summaries(): Strategy {
  let left = LIES_MAX;
  return {
    name: "summaries",
    begin(villain) {
      const { prng } = villain.stage;
      villain.after(prng.between(100, 900), () => {
        for (let i = 0; i < HELLOS; i++) {
          const hello = { incarnation: 1 + i, knows: [] };
          villain.send([prng.pick(villain.peers)!, villain.peers[0]!], {
            hello: villain.conspiracy.rememberThing(hello, "summaries"),
          });
        }
      });
    },
    received(villain, from, packet) {
      if (left === 0 || !villain.stage.prng.chance(0.5)) return;
      left--;
      villain.send([from], lieAbout(villain, packet));
    },
  };
}

function lieAbout({ conspiracy, stage: { prng } }: Villain, packet: Packet): Partial<Packet> {
  const all = [...conspiracy.dag.keys()];
  const none = [hashOf(`nothing ${prng.next()}`) as string as MessageId];
  const knows = prng.pick([all, none, []])!;
  const incarnation = packet.hello?.incarnation ?? prng.between(0, 3);
  return prng.pick<Partial<Packet>>([
    { have: all },
    { have: none },
    { want: all },
    { want: [...none, ...packet.have] },
    { hello: { incarnation: prng.between(0, 3), knows } },
    { welcome: { incarnation: incarnation + prng.between(-1, 1), knows } },
    { welcome: { incarnation, knows } },
  ])!;
}
