/**
 * What an honest process gives a peer that says how far it is.
 *
 * @module
 */

import { makeSnapshot } from "../../log/snapshot.ts";
import type { Packet } from "./packets.ts";
import type { Honest, Stage } from "./stage.ts";

/** Below this one's floor a snapshot; above it all it knows that lies in the peer's window. */
export function answer(
  stage: Stage,
  { index, state, votes: known }: Honest,
  { floor, lowest, end }: Extract<Packet, { kind: "ask" }>,
  to: number,
): void {
  const send = (packet: Packet) => stage.send(index, to, packet);
  const snapshot = floor < state.floor ? makeSnapshot(state) : undefined;
  if (snapshot !== undefined) send({ kind: "snapshot", snapshot });
  for (const signed of state.book.all()) send({ kind: "checkpoint", signed });
  for (const [instance, { votes, proposals, closings }] of known.instances) {
    if (instance < lowest || instance >= end) continue;
    for (const value of proposals) send({ kind: "proposal", instance, value });
    for (const vote of [...votes.values()].flat()) send({ kind: "vote", vote });
    const past = known.votesIn(instance);
    for (const signed of [...closings.values()].flatMap((each) => [...each.values()])) {
      send({ kind: "closing", signed, past });
    }
  }
  send({ kind: "answered", floor: state.floor });
}
