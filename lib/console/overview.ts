/**
 * What a console's server tells its page: JSON, as little as the page shows.
 *
 * @module
 */

import type { LogSettings } from "../log/types.ts";
import type { WindowFact } from "../explain/surroundings.ts";

/** How the page gets what it shows. */
export interface Boot {
  /** A cluster, a recording of one, or clusters that the page makes itself. */
  readonly mode: "live" | "trace" | "demo";
  /** What is looked at, for a heading: a file's name, or who asks. */
  readonly title: string;
  /** The configuration of a live cluster, as a trace has it: a header line. */
  readonly header?: string;
  /** What proofs of entries are judged by, if the cluster keeps a log. */
  readonly log?: LogBoot | undefined;
}

/** What of a configuration proofs of entries are judged by. */
export interface LogBoot {
  /** Whose log is shown first, and all others. */
  readonly learners: readonly string[];
  /** Of the whole configuration, in hex. */
  readonly configDigest: string;
  /** By acceptor: its public key, SubjectPublicKeyInfo in hex. */
  readonly keys: readonly string[];
  /** How the log is kept. */
  readonly settings: LogSettings;
}

/** How the log of a learner stands, as far as some acceptor says. */
export interface LogStandView {
  /** Its name. */
  readonly learner: string;
  /** How many entries there are. */
  readonly prefix: number;
  /** The lowest that can be read. */
  readonly retained: number;
  /** How many of them are certified. */
  readonly certified: number;
  /** What lies below it is forgotten, but for what is retained. */
  readonly floor: number;
}

/** A stretch of a learner's log. */
export interface LogPage {
  /** In order; empty if there are none from there on. */
  readonly entries: readonly EntryView[];
  /** Why there are none; undefined if there are. */
  readonly error?: string | undefined;
}

/** An entry of a log. */
export interface EntryView {
  /** Its position. */
  readonly position: number;
  /** Whether it was decided, or is proved never to be. */
  readonly kind: "decided" | "closed";
  /** The first of its records: who has appended each, and what, for a person. */
  readonly records: readonly { readonly client: string; readonly text: string }[];
  /** How many more there are. */
  readonly more: number;
  /** Repetitions that were left out. */
  readonly repeated: number;
  /** Acceptors that say so. */
  readonly reportedBy: readonly string[];
}

/** How a live cluster is now. */
export interface Overview {
  /** What acceptors say of themselves, in the order of the configuration. */
  readonly acceptors: readonly AcceptorView[];
  /** Of each learner, whether it can decide now. */
  readonly verdicts: readonly VerdictView[];
  /** What all of them together tell of why learners may wait. */
  readonly told: ToldView;
  /** The newest instances that the console has seen, highest first. */
  readonly instances: readonly InstanceView[];
  /** Decisions that the console has seen, one for each learner and instance. */
  readonly decisions: number;
  /** How fast decisions come to the console; undefined if none has come lately. */
  readonly pace?: PaceView | undefined;
  /** Of each learner's log; undefined if the cluster keeps none. */
  readonly log?: readonly LogStandView[] | undefined;
  /** When, in milliseconds since 1970, by the server's clock. */
  readonly atMs: number;
}

/** How decisions have come to the console in the last minute. */
export interface PaceView {
  /** Of all learners together. */
  readonly perSecond: number;
  /** How long after its ballot was made half of them came, in milliseconds, by our clock. */
  readonly medianMs: number;
  /** The slowest, in milliseconds. */
  readonly worstMs: number;
  /** How many there were. */
  readonly counted: number;
}

/** What acceptors tell beyond what an instance itself shows; sets are masks in hexadecimal. */
export interface ToldView {
  /** By acceptor: why it is of no use now. */
  readonly unable: Readonly<Record<string, readonly string[]>>;
  /** Those that are of use, by who reaches whom. */
  readonly parts: readonly string[];
  /** Between whom links are missing; empty if nowhere. */
  readonly apart: string;
  /** Whatever else is the matter, worst first. */
  readonly troubles: readonly { readonly text: string; readonly names: readonly string[] }[];
  /** Windows by instance. */
  readonly windows: Readonly<Record<string, readonly WindowFact[]>>;
}

/** One acceptor. */
export interface AcceptorView {
  /** Its name. */
  readonly name: string;
  /** Why it has not answered; undefined if it has. */
  readonly error?: string;
  /** What it says, a name and a text for each thing; empty if it has not answered. */
  readonly facts: readonly (readonly [string, string])[];
  /** With whom it has no link, and why. */
  readonly unlinked: readonly string[];
}

/** One learner. */
export interface VerdictView {
  /** Its name. */
  readonly learner: string;
  /** Whether it can. */
  readonly decides: boolean;
  /** In words. */
  readonly sentence: string;
}

/** One instance. */
export interface InstanceView {
  /** Decimal. */
  readonly instance: string;
  /** By learner: the value, for a person. */
  readonly decided: Readonly<Record<string, string>>;
}

/** What became of a proposal. */
export interface ProposedView {
  /** Why it could not be proposed; undefined if it could. */
  readonly error?: string;
  /** Whether every learner decided our value. */
  readonly ours?: boolean;
  /** A learner and what it decided, each. */
  readonly decisions?: readonly (readonly [string, string])[];
}
