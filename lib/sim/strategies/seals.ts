/**
 * Signatures put to a use for which they were not made.
 *
 * @module
 */

import type { AcceptorMessage } from "../../core/types.ts";
import { Face } from "../face.ts";
import { INSTANCE, type Sealed } from "../sealed.ts";
import type { Strategy, Villain } from "../villain.ts";

/** Messages that it plays with. */
const MESSAGES_MAX = 10;

/**
 * Takes seals across instances: what it has signed for another instance is shown in this one, what
 * others have signed in this one is shown in another, and it opens instances of its own. It also
 * signs as others. The instance is under the signature, so all that is refused.
 */
export function replays(): Strategy {
  let face: Face | undefined;
  let left = MESSAGES_MAX;
  return {
    name: "replays",
    begin(villain) {
      if (villain.acceptor !== undefined) face = new Face(villain, "replays");
    },
    heard(villain, entry) {
      const { message } = entry;
      villain.speak(villain.peers, face?.show(entry) ?? []);
      if (message.kind !== "acceptor" || left === 0) return;
      const sealed = villain.conspiracy.sealedOf(message.id);
      if (sealed === undefined) return;
      left--;
      villain.speak(villain.peers, [abroad(villain, sealed, message, INSTANCE + left)]);
      if (villain.acceptor === undefined) return;
      const { acceptorCount } = villain.stage.graph;
      villain.speak(villain.peers, [
        home(villain, message),
        villain.sign("replays", message.prev, message.refs, 0, INSTANCE + left),
        as(villain, (villain.acceptor + 1 + left) % (acceptorCount + 1), message),
      ]);
    },
  };
}

/** What somebody has signed here, as if it were of another instance. */
function abroad(
  villain: Villain,
  { seal }: Sealed,
  message: AcceptorMessage,
  instance: number,
): Sealed {
  const id = villain.stage.naming.message(message, instance);
  if (instance !== INSTANCE) villain.conspiracy.remember(id, "replays");
  return { instance, message: { ...message, id }, seal };
}

/** What it has signed for another instance, as if it were of this one. */
function home(villain: Villain, { prev, refs }: AcceptorMessage): Sealed {
  const other = INSTANCE + 1;
  const { message, seal } = villain.sign("replays", prev, refs, 0, other);
  const id = villain.stage.naming.message(message as AcceptorMessage, INSTANCE);
  villain.conspiracy.remember(id, "replays");
  return { instance: INSTANCE, message: { ...message, id } as AcceptorMessage, seal };
}

/** What it has signed itself in the name of another, or of nobody. */
function as(villain: Villain, signer: number, { prev, refs }: AcceptorMessage): Sealed {
  // Not what the other has really said: one ref is left out, and the 1a of the ballot is among them.
  const message = villain.message(prev, refs.slice(1), INSTANCE, signer);
  villain.conspiracy.remember(message.id, "replays");
  const seal = { signer: villain.acceptor!, instance: INSTANCE, id: message.id, nonce: 0 };
  return { instance: INSTANCE, message, seal };
}

/**
 * Signs what others and it itself have signed in yet another way: of one message many signatures are
 * valid, and bystanders can make some of them. The id does not cover the signature, so that has no
 * effect and frames nobody.
 */
export function reEncoded(): Strategy {
  let face: Face | undefined;
  let left = 2 * MESSAGES_MAX;
  return {
    name: "re-encoded",
    begin(villain) {
      if (villain.acceptor !== undefined) face = new Face(villain, "re-encoded");
    },
    heard(villain, entry) {
      const { conspiracy, stage: { prng } } = villain;
      villain.speak(villain.peers, face?.show(entry) ?? []);
      const sealed = conspiracy.sealedOf(entry.message.id);
      if (left === 0 || sealed?.seal === undefined) return;
      left--;
      const copy = conspiracy.copy(sealed, 1 + left);
      villain.after(prng.between(1, 40), () => villain.speak(villain.peers, [copy]));
    },
  };
}
