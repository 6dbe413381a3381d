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

/**
 * Lies in what makes catching up work: says that it has everything, or nothing, or what does not
 * exist; wants everything, or what does not exist, again and again; offers what is there already, or
 * what does not exist; and greets once more, which ends its link. It can cost honest processes some
 * envelopes, and keep for itself what it says it has.
 */
export function summaries(): Strategy {
  let left = LIES_MAX;
  return {
    name: "summaries",
    begin(villain) {
      const { prng } = villain.stage;
      villain.after(prng.between(100, 900), () => {
        villain.send([prng.pick(villain.peers)!, villain.peers[0]!], { hello: true });
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
  return prng.pick<Partial<Packet>>([
    { have: all },
    { have: none },
    { want: all },
    { want: [...none, ...packet.have] },
    { offers: all },
    { offers: none },
  ])!;
}
