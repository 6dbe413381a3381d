/**
 * When a cluster, or a member of one, is ready: it listens, and those that run are connected.
 *
 * @module
 */

import type { Configuration } from "../../lib/config/configuration.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Answer, askAcceptors } from "./links.ts";
import { lastLines, parseLine, VotingWatch } from "./log_files.ts";
import { pause, type ProcessState, statesOf } from "./processes.ts";
import type { ClusterFolder, Description, Member } from "./state.ts";
import { howItEnded } from "./words.ts";

/** Acceptors are asked this often while they are waited for, in milliseconds. */
const ASK_MS = 100;

/** How one member is. */
export interface MemberView {
  readonly member: Member;
  readonly state: ProcessState;
  /** Whether it answers; of a learner, whether it runs. */
  readonly listening: boolean;
  /** Other acceptors that it is connected to, in the order of the cluster. */
  readonly linked: readonly string[];
  /** Other acceptors of the cluster that it is not connected to, running or not. */
  readonly missing: readonly string[];
  /** Why it does not answer, if it runs and does not. */
  readonly error?: string;
}

/** How all members are. */
export async function look(
  folder: ClusterFolder,
  description: Description,
  configuration: Configuration,
): Promise<MemberView[]> {
  const { members } = description;
  const states = await statesOf(folder, members);
  const running = members.filter((_, i) => states[i]!.kind === "up").map(({ name }) => name);
  const answers = await askAcceptors(configuration, running);
  return members.map((member, i) => {
    const state = states[i]!;
    const answer = answers.get(member.name);
    const others = members.filter((other) => other.role === "acceptor" && other !== member);
    const names = others.map(({ name }) => name);
    const linked = state.kind === "up" ? linksOf(member, names, answer, answers, description) : [];
    return {
      member,
      state,
      listening: state.kind === "up" &&
        (member.role === "learner" || (answer !== undefined && "linked" in answer)),
      linked,
      missing: names.filter((name) => !linked.includes(name)),
      ...answer !== undefined && "error" in answer ? { error: answer.error } : {},
    };
  });
}

/** A learner cannot be asked; the acceptors know who is connected to them. */
function linksOf(
  member: Member,
  others: readonly string[],
  answer: Answer | undefined,
  answers: ReadonlyMap<string, Answer>,
  { learner }: Description,
): string[] {
  if (member.role === "acceptor") {
    return others.filter((name) =>
      answer !== undefined && "linked" in answer && answer.linked.has(name)
    );
  }
  return others.filter((name) => {
    const told = answers.get(name);
    return told !== undefined && "linked" in told && told.linked.has(learner!);
  });
}

/** What is waited for. */
export interface Wait {
  readonly folder: ClusterFolder;
  readonly description: Description;
  readonly configuration: Configuration;
  /** Those that must get ready. */
  readonly members: readonly Member[];
  /** In milliseconds. */
  readonly timeoutMs: number;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /** Told once of each, as it gets ready. */
  onReady(view: MemberView): void;
}

/**
 * Waits until members listen and are connected to all others that run, and these to them; and until
 * acceptors vote, unless too few run for any learner to decide.
 *
 * @throws OperatorError with its own status if one of them ends; (timeout) when the time is over.
 */
export async function waitUntilReady(wait: Wait): Promise<void> {
  const { folder, description, configuration, members, timeoutMs, signal } = wait;
  const end = Date.now() + timeoutMs;
  const told = new Set<string>();
  const voting = new Map(
    members.filter(({ role }) => role === "acceptor")
      .map((member) => [member, new VotingWatch(folder, member)]),
  );
  for (;;) {
    const views = await look(folder, description, configuration);
    if (signal?.aborted) return;
    const waited = views.filter(({ member }) => members.includes(member));
    const dead = waited.find(({ state }) => state.kind !== "up");
    if (dead !== undefined) throw ended(folder, dead);
    const enough = canDecide(configuration, views);
    const open = waited.filter((view) => {
      const votes = !enough || (voting.get(view.member)?.votes() ?? true);
      return !votes || !isReady(view, views);
    });
    for (const view of waited) {
      if (open.includes(view) || told.has(view.member.name)) continue;
      told.add(view.member.name);
      wait.onReady(view);
    }
    if (open.length === 0) return;
    if (Date.now() > end) {
      const names = open.map((view) => `${view.member.name} (${wants(view)})`).join(", ");
      throw new OperatorError(EXIT.timeout, `not ready in time: ${names}`, "--timeout");
    }
    await pause(ASK_MS);
  }
}

/** Whether a member has a link to each acceptor that runs, and each of them to it. */
function isReady(view: MemberView, views: readonly MemberView[]): boolean {
  const running = views.filter(({ state, member }) =>
    state.kind === "up" && member.role === "acceptor" && member !== view.member
  );
  return view.listening &&
    running.every(({ member, linked }) =>
      view.linked.includes(member.name) &&
      (view.member.role === "learner" || linked.includes(view.member.name))
    );
}

/** Whether those that run are a quorum of some learner. */
function canDecide({ graph }: Configuration, views: readonly MemberView[]): boolean {
  const running = views.filter(({ state }) => state.kind === "up").map(({ member }) => member.name);
  const set = graph.spec.acceptors.reduce(
    (set, name, i) => running.includes(name) ? set | (1n << BigInt(i)) : set,
    0n,
  );
  return graph.quorums.some((quorums) => quorums.satisfiedBy(set));
}

function wants(view: MemberView): string {
  if (!view.listening) return view.error ?? "not listening";
  return view.missing.length > 0
    ? `not connected: ${view.missing.join(", ")}`
    : "has not asked all its peers what they know of it";
}

/** The member's own last words say best why. */
function ended(folder: ClusterFolder, { member, state }: MemberView): OperatorError {
  const [last] = lastLines(folder, member, 1);
  const how = howItEnded(state);
  const { event, message, status } = parseLine(last ?? "");
  const known = Object.values(EXIT).find((row) => row === status);
  return event === "fatal" && known !== undefined
    ? new OperatorError(known, String(message), `${member.name} ${how}`)
    : folder.refuse(`${member.name} ${how}${last === undefined ? "" : `: ${last}`}`);
}
