/**
 * Runs a script on the core: one instance for every acceptor that is not Byzantine, and one that
 * observes and receives everything the moment it is sent.
 *
 * @module
 */

import { admit } from "../core/facts.ts";
import {
  type CoreContext,
  type Effect,
  type Input,
  type InstanceState,
  newInstance,
} from "../core/instance.ts";
import { step } from "../core/instance.ts";
import { type LearnerGraph, makeLearnerGraph } from "../core/learner_graph.ts";
import { newProposer, type ProposerState, stepProposer } from "../core/proposer.ts";
import { isRejection } from "../core/rejection.ts";
import { addMs, type Message } from "../core/types.ts";
import { type ExploredCore, proposerIn } from "./types.ts";
import { acceptorMessage, hashOf, identify, proposalOf } from "../sim/ids.ts";
import { check } from "./expect.ts";
import { type Line, parseScript, ruleOf, ScriptError } from "../sim/script.ts";

/** What has become of a script so far. */
export interface Stage {
  readonly graph: LearnerGraph;
  readonly acceptors: readonly string[];
  readonly learners: readonly string[];
  readonly byzantine: readonly string[];
  /** By acceptor; undefined for a Byzantine one. */
  readonly instances: readonly (Instance | undefined)[];
  readonly observer: Instance;
  /** By name, in the order in which they were sent. */
  readonly messages: Map<string, Message>;
  /** By hash. */
  readonly values: Map<string, string>;
  /** Everything the observer has done. */
  readonly observed: Effect[];
  /** By name: those that have looked. */
  readonly proposers: Map<string, ProposerState>;
  readonly core: ExploredCore;
  readonly watcher: ScriptWatcher;
}

/** Told of what happens in a script, for timelines and traces. */
export interface ScriptWatcher {
  /** A node begins, and knows nothing: an acceptor, or the observer. */
  started?(node: string, context: CoreContext): void;
  /** A line is about to be carried out. */
  reached?(line: number): void;
  /** A node has made a step. */
  stepped?(node: string, input: Input, effects: readonly Effect[]): void;
}

/** How a script is run. */
export interface ScriptOptions {
  /** What runs it; the core itself unless a mutated copy is to be tried. */
  readonly core?: ExploredCore;
  /** Told of everything. */
  readonly watcher?: ScriptWatcher;
}

interface Instance {
  readonly name: string;
  readonly context: CoreContext;
  readonly state: InstanceState;
}

/** Later than any 1a of a script. */
const NOW = { seconds: 1_000, nanos: 0 };

const LIMITS = {
  inboxRefsPerPeerMax: 1_000_000,
  inboxWaitMsMax: 1_000_000,
  futureProposalsMax: 1_000,
  clockSkewMsMax: 1_000,
};

/** The name of the node that receives everything. */
const OBSERVER = "observer";

const CORE: ExploredCore = { makeLearnerGraph, admit, newInstance, step };

/**
 * Runs a script from beginning to end.
 *
 * @throws ScriptError for a line that makes no sense, an action that is not possible, and an
 * expectation that does not hold.
 */
export function runScript(text: string, { core = CORE, watcher = {} }: ScriptOptions = {}): Stage {
  const lines = parseScript(text);
  const stage = setUp(lines, core, watcher);
  for (const line of lines) {
    watcher.reached?.(line.line);
    at(line.line, () => perform(stage, line));
  }
  return stage;
}

/** Gives an error the line it belongs to. */
function at<T>(line: number, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof RangeError) throw new ScriptError(line, error.message);
    throw error;
  }
}

function setUp(lines: readonly Line[], core: ExploredCore, watcher: ScriptWatcher): Stage {
  const acceptors: string[] = [];
  const byzantine: string[] = [];
  for (const line of lines) {
    if (line.kind === "acceptors") acceptors.push(...line.names);
    if (line.kind === "byzantine") byzantine.push(...line.names);
  }
  const learnerLines = lines.filter((line) => line.kind === "learner");
  const learners = learnerLines.map(({ name }) => name);
  const quorums = learnerLines.map(({ line, quorums }) =>
    at(line, () => ruleOf(quorums, acceptors))
  );
  const safety = lines.filter((line) => line.kind === "safe").map(({ line, a, b, sets }) =>
    at(line, () => ({
      a: indexIn(learners, a, "a learner"),
      b: indexIn(learners, b, "a learner"),
      safe: ruleOf(sets, acceptors),
    }))
  );
  const burial = lines.find((line) => line.kind === "burial")?.rule ?? "TECHNICAL_REPORT";
  const graph = core.makeLearnerGraph({ acceptors, learners, quorums, safety, burial });
  const start = (name: string, self: number | undefined): Instance => {
    const context = { graph, limits: LIMITS, self };
    watcher.started?.(name, context);
    return { name, context, state: core.newInstance(context, identify) };
  };
  return {
    graph,
    acceptors,
    learners,
    byzantine,
    instances: acceptors.map((name, self) =>
      byzantine.includes(name) ? undefined : start(name, self)
    ),
    observer: start(OBSERVER, undefined),
    messages: new Map(),
    values: new Map(),
    observed: [],
    proposers: new Map(),
    core,
    watcher,
  };
}

function perform(stage: Stage, line: Line): void {
  switch (line.kind) {
    case "propose": {
      const valueHash = hashOf(line.value);
      stage.values.set(valueHash, line.value);
      const proposer = proposerIn(stage.graph);
      const ballot = { seconds: line.seconds, nanos: 0, valueHash, proposer };
      publish(stage, line.name, proposalOf(ballot));
      return;
    }
    case "look":
      return look(stage, line);
    case "deliver":
      for (const to of line.to) {
        for (const name of line.names) deliver(stage, messageIn(stage, name), to);
      }
      return;
    case "send":
    case "refuse":
      return sendByzantine(stage, line);
    case "settle":
      return settle(stage, line.names);
    case "expect":
      return check(stage, line.words);
  }
}

/** The pause that news makes a proposer take is short: it looks again after it. */
const PACE = { backoffMsMin: 1, backoffMsMax: 1 };

/** Lets a proposer look at all that has been sent, until it offers something or has paused. */
function look(
  { observer: { context: { graph }, state }, proposers, values, learners }: Stage,
  { name, value, seconds, offers }: Line & { kind: "look" },
): void {
  const own = hashOf(value);
  values.set(own, value);
  const proposer = proposers.get(name) ?? newProposer(
    own,
    (1n << BigInt(learners.length)) - 1n,
    proposerIn(graph),
  );
  proposers.set(name, proposer);
  const now = { seconds, nanos: 0 };
  let offered: string | undefined;
  for (const at of [now, addMs(now, 1)]) {
    const offer = stepProposer(graph, state, proposer, PACE, at, 0)
      .find((effect) => effect.kind === "propose");
    offered ??= offer && values.get(offer.ballot.valueHash);
  }
  if (offered === offers) return;
  throw new RangeError(
    `${name} offers ${offered ?? "nothing"}${proposer.done ? ", ever again" : ""}`,
  );
}

function indexIn(names: readonly string[], name: string, what: string): number {
  const index = names.indexOf(name);
  if (index < 0) throw new RangeError(`"${name}" is not ${what}`);
  return index;
}

/** A message by its name. @throws RangeError if nobody has sent it. */
export function messageIn(stage: Stage, name: string): Message {
  const message = stage.messages.get(name);
  if (message === undefined) throw new RangeError(`nobody has sent ${name} yet`);
  return message;
}

/** Gives a message its name and shows it to the observer. */
function publish(stage: Stage, name: string, message: Message): void {
  if (stage.messages.has(name)) throw new RangeError(`there is another ${name}`);
  stage.messages.set(name, message);
  stage.observed.push(...receive(stage, stage.observer, message));
}

function receive(
  { core, watcher }: Stage,
  { name, context, state }: Instance,
  message: Message,
): Effect[] {
  const input: Input = { kind: "message", message, source: "peer", now: NOW };
  const effects = core.step(context, state, input);
  watcher.stepped?.(name, input, effects);
  return effects;
}

/** @returns Whether the acceptor has sent anything. */
function deliver(stage: Stage, message: Message, to: string): boolean {
  const instance = stage.instances[indexIn(stage.acceptors, to, "an acceptor")];
  if (instance === undefined) {
    throw new RangeError(`${to} is Byzantine: nothing is delivered to it`);
  }
  let sent = false;
  for (const effect of receive(stage, instance, message)) {
    if (effect.kind === "reject") {
      throw new RangeError(`${to} refuses it: ${effect.rejection.detail}`);
    }
    if (effect.kind !== "send") continue;
    publish(stage, `${to}.${sentBy(stage, to).length + 1}`, effect.entry.message);
    sent = true;
  }
  return sent;
}

/** Names of the messages that an acceptor has sent, in order. */
export function sentBy({ messages }: Stage, acceptor: string): string[] {
  return [...messages.keys()].filter((name) => name.startsWith(`${acceptor}.`));
}

function settle(stage: Stage, names: readonly string[]): void {
  for (let busy = true; busy;) {
    busy = false;
    for (const name of names) {
      for (const message of [...stage.messages.values()]) {
        if (deliver(stage, message, name)) busy = true;
      }
    }
  }
}

function sendByzantine(stage: Stage, line: Line & { kind: "send" | "refuse" }): void {
  const { name, code } = line;
  const signer = name.slice(0, name.indexOf("."));
  if (!stage.byzantine.includes(signer)) throw new RangeError(`${signer} is not Byzantine`);
  const { observer: { context, state: { dag } }, core } = stage;
  const idIn = (of: string) => messageIn(stage, of).id;
  const prev = line.prev === undefined ? undefined : idIn(line.prev);
  const refs = line.refs.map(idIn);
  const own = prev === undefined ? refs : [prev, ...refs];
  const message = acceptorMessage(indexIn(stage.acceptors, signer, "an acceptor"), prev, own);
  const entry = core.admit(context.graph, new Map(dag), message);
  const refused = isRejection(entry) ? entry.rejected : undefined;
  if (refused !== code) {
    const expected = code === undefined ? "" : `, not ${code}`;
    throw new RangeError(
      `${name} is ${refused === undefined ? "well-formed" : `refused as ${refused}`}${expected}`,
    );
  }
  if (refused === undefined) publish(stage, name, message);
}
