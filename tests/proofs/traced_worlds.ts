/**
 * Traces of the histories that lib/core is compared by: what every honest acceptor and an observer
 * are told of each, and what a core does, right or wrong.
 *
 * @module
 */

import type { CoreContext } from "../../lib/core/instance.ts";
import type { AcceptorIndex, Message } from "../../lib/core/types.ts";
import { identify } from "../../lib/sim/ids.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { TraceWriter } from "../../lib/trace/writer.ts";
import type { Core } from "../core/core_under_test.ts";
import type { World } from "../oracle/world.ts";
import { UNMET_LIMITS } from "../core/unmet_limits.ts";

/** Later than every 1a of the histories. */
const NOW = { seconds: 1_000_000, nanos: 0 };

/** The lines of a trace of one history. Each is an instance of its own, by its seed. */
export function traceOf(core: Core, world: World): string[] {
  const lines: string[] = [];
  const { oracle: { known }, cases, seed, views } = world;
  const tell = (name: string, self: AcceptorIndex | undefined, messages: readonly Message[]) => {
    const graph = core.makeLearnerGraph(world.spec);
    const context: CoreContext = { graph, limits: UNMET_LIMITS, self };
    const state = core.newInstance(context, identify);
    const writer = new TraceWriter(`${name} of ${seed}`, context, (line) => lines.push(line));
    writer.open(BigInt(seed), "votes");
    for (const message of messages) {
      const input = { kind: "message", message, source: "peer", now: NOW } as const;
      writer.step(BigInt(seed), input, core.step(context, state, input));
    }
  };
  for (const { honest, signer, deeds } of views) {
    const own = new Set(deeds.flatMap((deed) => "sent" in deed ? [deed.sent] : []));
    const told = deeds.flatMap((deed) =>
      "sent" in deed || own.has(deed.delivered) ? [] : [known.get(deed.delivered)!]
    );
    if (honest) tell(`acceptor ${signer}`, signer, told);
  }
  tell("observer", undefined, makePrng(seed).shuffled(cases).map(({ message }) => message));
  return lines;
}
