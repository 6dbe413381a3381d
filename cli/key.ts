/**
 * `hetpaxos key`: identities, each made on the machine that its private key never leaves.
 *
 * @module
 */

import { keyNew } from "./commands/key_new.ts";
import { keyRenew } from "./commands/key_renew.ts";
import { keyShow } from "./commands/key_show.ts";
import { type Command, defineGroup } from "./command.ts";

/** The command. */
export const keyCommand: Command = defineGroup({
  name: "key",
  summary: "Make an identity: a private key, and a card for the others",
  description:
    "Makes the identity of one process on its own machine. The private key stays there; " +
    "the card, which names the identity and has its certificate, goes to all others, and " +
    "hetpaxos config join makes the configuration of a cluster from everybody's cards.",
}, [keyNew, keyShow, keyRenew]);
