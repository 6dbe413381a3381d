/**
 * Says by itself why nothing is decided: after three seconds without progress, then ever more rarely.
 *
 * @module
 */

import { connect } from "../../lib/client/client.ts";
import { troublesOf } from "../../lib/client/troubles.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import { outlookOf } from "../../lib/client/verdict.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import type { WindowFact } from "../../lib/explain/surroundings.ts";
import { explainIn, type Told, unlinked } from "../../lib/process/explaining.ts";
import type { Awaited, Waiting } from "../../lib/process/pending_proposals.ts";

/** How long nothing is said, in milliseconds; twice as long each time after. */
const PATIENCE_MS = 3_000;

/** How long acceptors have to say how they are, in milliseconds. */
const ASKED_MS = 2_000;

/** What answers of all acceptors tell of an instance. */
export function toldBy(
  configuration: Pick<Configuration, "graph" | "limits">,
  answers: readonly StatusAnswer[],
  instance: bigint,
): Told {
  const { graph, limits: { clockSkewMsMax } } = configuration;
  const context = { graph, clockSkewMsMax };
  const troubles = troublesOf(context, answers);
  const windows = windowsOf(answers, instance);
  return { ...outlookOf(context, answers, instance), troubles, windows };
}

/** Whose ballots acceptors let pass in an instance, as they say. */
export function windowsOf(answers: readonly StatusAnswer[], instance: bigint): WindowFact[] {
  return answers.flatMap((answer) => {
    const open = "error" in answer
      ? undefined
      : answer.status.open.find((one) => one.instance === instance);
    if (open === undefined) return [];
    const { windowOwner: owner, windowLeftMs, held } = open;
    return [{ acceptor: answer.acceptor, owner, leftMs: Number(windowLeftMs), held }];
  });
}

/**
 * The worst that can be said of the first of what is waited for, as acceptors tell that are asked for
 * it; undefined if nothing is. Never rejects.
 */
export async function worst(
  { node, peers, cleartext }: Waiting,
  [first]: readonly Awaited[],
): Promise<string | undefined> {
  if (first === undefined) return undefined;
  const { instance, learner } = first;
  const { configuration } = node.options;
  const answers = await ask(configuration, cleartext);
  const told = toldBy(configuration, answers, instance);
  const unable = new Map(told.unable);
  // Who is slow to say how it is, and has a link with us, may be of use all the same.
  const lost = new Set(peers.lost().map(({ name }) => name));
  for (const answer of answers) {
    if ("error" in answer && !lost.has(answer.acceptor)) unable.delete(answer.acceptor);
  }
  for (const [name, why] of unlinked(peers)) if (!unable.has(name)) unable.set(name, why);
  // What nobody has used for a while has left memory.
  node.bringBack(instance);
  const [sentence] = explainIn(node, instance, learner, { ...told, ...partsWithout(told, unable) });
  return `instance ${instance} is not decided: ${sentence!.text}`;
}

/** If others are of use to us than answers tell, what these tell of links does not hold either. */
function partsWithout(told: Told, unable: Map<string, readonly string[]>): Partial<Told> {
  const isSame = unable.size === told.unable.size &&
    [...unable.keys()].every((name) => told.unable.has(name));
  return isSame ? { unable } : { unable, parts: undefined };
}

async function ask(configuration: Configuration, cleartext: boolean): Promise<StatusAnswer[]> {
  await using client = connect(configuration, { connectTimeoutMs: ASKED_MS, cleartext });
  return [...await client.status({ timeoutMs: ASKED_MS })];
}

/**
 * Logs the worst that can be said of what is waited for, as long as there is something.
 *
 * @param awaited What is waited for now.
 * @returns what ends it.
 */
export function sayWhy(
  waiting: Waiting,
  awaited: () => readonly Awaited[],
): () => void {
  const { clock, log } = waiting.node.options;
  let since = "";
  let waitMs = PATIENCE_MS;
  let ended = false;
  let cancel = () => {};
  const key = () => awaited().map(({ instance, learner }) => `${instance} ${learner}`).join();
  const look = () => {
    const now = key();
    // Something has been decided: patience begins anew.
    if (now !== since) waitMs = PATIENCE_MS;
    else if (now !== "") {
      waitMs *= 2;
      // What has been decided while acceptors were asked is not told.
      worst(waiting, awaited()).then((text) => {
        if (text !== undefined && !ended && key() === now) log("warn", text);
      }).catch(() => {});
    }
    since = now;
    cancel = clock.after(waitMs, look);
  };
  since = key();
  cancel = clock.after(waitMs, look);
  return () => {
    ended = true;
    cancel();
  };
}
