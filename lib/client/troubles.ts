/**
 * What is the matter in a cluster, from what acceptors say of themselves: clocks that are off, what is
 * refused lately and of whom.
 *
 * @module
 */

import { listNames } from "../wire/names.ts";
import type { AcceptorStatus } from "./status.ts";
import type { StatusAnswer } from "./types.ts";

/** Names in a list of a sentence, at most. */
const NAMED_MAX = 8;

/** What was refused longer ago says nothing of now, in milliseconds: ballots come more often. */
const LATELY_MS = 15_000n;

/** What was refused within the same stretch of time was so at once, in milliseconds. */
const NOW_MS = 2_000n;

/** Something that keeps values from being decided, or may. */
export interface Trouble {
  /** What it is about, for programs. */
  readonly kind: "clock" | "configuration" | "limit" | "hostile";
  /** A sentence without its full stop. */
  readonly text: string;
  /** Who is concerned, acceptors or not, by name. */
  readonly names: readonly string[];
}

/** What is compared. */
export interface TroubleContext {
  /** A 1a further ahead of an acceptor's clock is refused, in milliseconds. */
  readonly clockSkewMsMax: number;
}

/** An acceptor that has answered. */
interface Answered {
  readonly name: string;
  readonly status: AcceptorStatus;
}

/** What an operator is told of what is refused, by code; the settings are those of LIMITS.md. */
const REFUSALS: Readonly<Record<string, { kind: Trouble["kind"]; what: string }>> = {
  CONFIG_MISMATCH: { kind: "configuration", what: "its configuration is another" },
  PROTOCOL_VIOLATION: { kind: "configuration", what: "it does not talk as it should" },
  DUPLICATE_IDENTITY: { kind: "configuration", what: "another process has its identity" },
  FAR_FUTURE: {
    kind: "clock",
    what: "ballots are further ahead of their clocks than clockSkewMsMax: compare its clock",
  },
  TOO_LARGE: { kind: "limit", what: "a value is longer than their valueBytesMax" },
  TOO_MANY_REFS: { kind: "limit", what: "a message has more references than their refsMax" },
  INBOX_FULL: {
    kind: "limit",
    what: "more waits for other messages than their inboxRefsPerPeerMax",
  },
  FUTURE_FULL: {
    kind: "limit",
    what: "more ballots wait for their time than their futureProposalsMax or futureBytesMax",
  },
  TOO_MANY_INSTANCES: {
    kind: "limit",
    what: "more instances are in use than their instancesMax or instancesPerPeerMax",
  },
  RATE_LIMITED: { kind: "limit", what: "it sends more a second than their limits let pass" },
  REFS_TIMEOUT: { kind: "limit", what: "what its messages refer to does not come" },
  BAD_SIGNATURE: { kind: "hostile", what: "a signature is wrong, which no honest process makes" },
  BAD_PREV: {
    kind: "hostile",
    what: "it builds on what is not its latest message, as no honest one",
  },
  BAD_1B: { kind: "hostile", what: "a 1b is none, which no honest process signs" },
  BAD_2A: { kind: "hostile", what: "a 2a is none, which no honest process signs" },
};

/** In this order they are told. */
const CODES = Object.keys(REFUSALS);

/**
 * How far our own clock is ahead, in milliseconds, negative if it is behind: if more than half of all
 * acceptors say so and agree with each other. 0 if it is not off by more than is tolerated.
 */
export function ownOffsetMs(
  { clockSkewMsMax }: TroubleContext,
  answers: readonly StatusAnswer[],
): number {
  const offsets = answers.flatMap((answer) =>
    "status" in answer && answer.status.clock !== undefined ? [answer.status.clock] : []
  ).toSorted((a, b) => a.offsetMs - b.offsetMs);
  const middle = offsets[Math.floor(offsets.length / 2)];
  if (middle === undefined) return 0;
  const alike = offsets.filter(({ offsetMs }) =>
    Math.abs(offsetMs - middle.offsetMs) <= clockSkewMsMax
  );
  const isOff = Math.abs(middle.offsetMs) - middle.uncertaintyMs > clockSkewMsMax;
  return isOff && alike.length * 2 > answers.length ? -middle.offsetMs : 0;
}

/** How far an acceptor's clock surely is from the right one, in milliseconds; 0 if it is right. */
export function clockOffMs(
  { clock }: AcceptorStatus,
  { clockSkewMsMax }: TroubleContext,
  ownMs: number,
): number {
  if (clock === undefined) return 0;
  const offsetMs = clock.offsetMs + ownMs;
  return Math.abs(offsetMs) - clock.uncertaintyMs > clockSkewMsMax ? offsetMs : 0;
}

/** "3600 s behind ours": how the clock of another is off, if our own is off by `ownMs`. */
export function offText(offsetMs: number, ownMs: number): string {
  return `${sideText(offsetMs)} ${ownMs === 0 ? "ours" : "most others'"}`;
}

function sideText(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  return `${seconds} s ${offsetMs < 0 ? "behind" : "ahead of"}`;
}

/** All that is the matter, worst first; empty if nothing is. Everybody is taken at its word. */
export function troublesOf(context: TroubleContext, answers: readonly StatusAnswer[]): Trouble[] {
  const answered = answers.flatMap((answer): Answered[] =>
    "status" in answer ? [{ name: answer.acceptor, status: answer.status }] : []
  );
  const ownMs = ownOffsetMs(context, answers);
  const off = answered.map(({ name, status }) => ({
    name,
    offMs: clockOffMs(status, context, ownMs),
  })).filter(({ offMs }) => offMs !== 0);
  return [
    ...ownMs === 0 ? [] : [ownClock(ownMs, answered, off)],
    ...off.filter(({ offMs }) => offMs > 0).map(({ name, offMs }): Trouble => ({
      kind: "clock",
      text:
        `the clock of ${name} is ${offText(offMs, ownMs)}, and others refuse what it proposes: ` +
        "set it",
      names: [name],
    })),
    ...refusals(answered, new Set(off.map(({ name }) => name))),
  ];
}

function ownClock(
  ownMs: number,
  answered: readonly Answered[],
  off: readonly { readonly name: string }[],
): Trouble {
  const names = answered.map(({ name }) => name).filter((name) =>
    !off.some((one) => one.name === name)
  );
  const harm = ownMs > 0 ? "they refuse what is proposed here" : "what they say is refused here";
  const text = `our clock is ${sideText(ownMs)} those of ${listNames(names, NAMED_MAX)}, so that ` +
    `${harm}: set it`;
  return { kind: "clock", text, names };
}

/** What was refused of one identity, for one reason. */
interface Refusal {
  readonly name: string;
  readonly code: string;
  readonly by: Set<string>;
  readonly count: bigint;
  readonly agoMs: bigint;
  readonly detail: string;
}

/** What was refused lately, by code and by whose it was. */
function refusals(answered: readonly Answered[], clockOff: ReadonlySet<string>): Trouble[] {
  const found = new Map<string, Refusal>();
  for (const { name: by, status } of answered) {
    for (const { name, code, count, agoMs, detail } of status.refusedFrom) {
      // Where a clock is known to be off, that is what is told.
      const isTold = code === "FAR_FUTURE" && (clockOff.has(by) || clockOff.has(name));
      if (agoMs > LATELY_MS || isTold || REFUSALS[code] === undefined) continue;
      if (isMended({ name, code, agoMs }, status)) continue;
      const key = `${code} ${name}`;
      const one = found.get(key) ?? { by: new Set(), name, code, count: 0n, agoMs, detail };
      one.by.add(by);
      const last = agoMs < one.agoMs ? agoMs : one.agoMs;
      found.set(key, { ...one, count: one.count + count, agoMs: last });
    }
  }
  const acceptors = new Set(answered.map(({ name }) => name));
  // The latest has most to do with now; then by code, and who began it before who passed it on.
  const rank = ({ code, name, agoMs }: Refusal) =>
    [agoMs / NOW_MS, BigInt(CODES.indexOf(code)), acceptors.has(name) ? 1n : 0n] as const;
  const ranked = [...found.values()].map((refusal) => ({ refusal, at: rank(refusal) }));
  ranked.sort(({ at: [a, b, c] }, { at: [x, y, z] }) => Number(a - x || b - y || c - z));
  return ranked.map(({ refusal: { by, name, code, count, detail } }) => {
    const { kind, what } = REFUSALS[code]!;
    const how = kind === "configuration" ? detail : what;
    const times = kind === "configuration" ? "" : ` (${code}, ${count} times)`;
    const text = `${verb(by)} what ${name} sends: ${how}${times}`;
    return { kind, text, names: [...by, name] };
  });
}

/** Whether a link that was refused has come up since: something that came over it was refused later. */
function isMended(
  { name, code, agoMs }: Pick<Refusal, "name" | "code" | "agoMs">,
  { refusedFrom }: AcceptorStatus,
): boolean {
  if (REFUSALS[code]!.kind !== "configuration") return false;
  return refusedFrom.some((later) =>
    later.name === name && later.agoMs < agoMs && REFUSALS[later.code] !== undefined &&
    REFUSALS[later.code]!.kind !== "configuration"
  );
}

function verb(by: ReadonlySet<string>): string {
  return `${listNames([...by].toSorted(), NAMED_MAX)} ${by.size === 1 ? "refuses" : "refuse"}`;
}
