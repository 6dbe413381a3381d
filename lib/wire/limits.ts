/**
 * The settings that a configuration may leave out: what each bounds, its default and the range in
 * which a value makes sense. docs/LIMITS.md is made from these tables.
 *
 * @module
 */

/** One numeric setting. */
export interface Setting {
  /** Holds if the configuration does not say. */
  readonly default: number;
  /** The least that makes sense. */
  readonly min: number;
  /** The most that makes sense. */
  readonly max: number;
  /** What it bounds, and what happens there. */
  readonly meaning: string;
}

/** Members of `limits`; each is explained in {@linkcode LIMITS}. */
export type LimitName =
  | "valueBytesMax"
  | "envelopeBytesMax"
  | "refsMax"
  | "inboxRefsPerPeerMax"
  | "inboxWaitMsMax"
  | "futureProposalsMax"
  | "clockSkewMsMax"
  | "instancesMax"
  | "instancesPerPeerMax"
  | "instanceIdleMs"
  | "streamsPerConnectionMax"
  | "connectionsPerIdentityMax"
  | "proposalsPerSecondMax"
  | "rejectionsPerMinuteMax";

/** Members of `proposer`; each is explained in {@linkcode PROPOSER_SETTINGS}. */
export type ProposerSettingName = "backoffMsMin" | "backoffMsMax" | "windowMsMin";

/** Members of `network`; each is explained in {@linkcode NETWORK_SETTINGS}. */
export type NetworkSettingName =
  | "reconnectMsMin"
  | "reconnectMsMax"
  | "pingIntervalMs"
  | "pingTimeoutMs"
  | "echoDelayMs"
  | "recoveryWaitMs"
  | "wantDelayMs";

/** Bounds on what peers may cost. */
export type Limits = Readonly<Record<LimitName, number>>;

/** How a proposer waits. */
export interface ProposerSettings extends Readonly<Record<ProposerSettingName, number>> {
  /** Names of the identities whose proposers share time in windows, in turn; empty for back-off. */
  readonly rotation: readonly string[];
}

/** How links behave. */
export type NetworkSettings = Readonly<Record<NetworkSettingName, number>>;

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

function setting(meaning: string, standard: number, min: number, max: number): Setting {
  return { default: standard, min, max, meaning };
}

/** `limits` of the configuration. */
export const LIMITS: Readonly<Record<LimitName, Setting>> = {
  valueBytesMax: setting(
    "Bytes of a proposed value. A larger one is refused (TOO_LARGE).",
    MIB,
    1,
    16 * MIB,
  ),
  envelopeBytesMax: setting(
    "Bytes of one message on a stream. A larger one ends the stream. Must leave room for a value " +
      "and for an acceptor message with all its refs.",
    4 * MIB,
    64 * KIB,
    64 * MIB,
  ),
  refsMax: setting(
    "References of one acceptor message. One with more is refused (TOO_MANY_REFS).",
    16_384,
    16,
    1_048_576,
  ),
  inboxRefsPerPeerMax: setting(
    "References, summed over the messages from one peer that wait for messages they refer to. " +
      "Beyond it, messages of that peer are refused (INBOX_FULL).",
    65_536,
    16,
    16_777_216,
  ),
  inboxWaitMsMax: setting(
    "Milliseconds that a message waits for what it refers to. Then it is dropped (REFS_TIMEOUT).",
    MINUTE_MS,
    100,
    HOUR_MS,
  ),
  futureProposalsMax: setting(
    "1as that wait for our clock to pass their timestamps. Beyond it, more are refused " +
      "(FUTURE_FULL).",
    1_024,
    1,
    1_048_576,
  ),
  clockSkewMsMax: setting(
    "Milliseconds by which the timestamp of a 1a may be ahead of our clock. Further ahead it is " +
      "refused (FAR_FUTURE), nearer it waits.",
    10 * SECOND_MS,
    1,
    HOUR_MS,
  ),
  instancesMax: setting(
    "Instances of consensus in use at once. Messages of more are refused (TOO_MANY_INSTANCES).",
    100_000,
    1,
    16_777_216,
  ),
  instancesPerPeerMax: setting(
    "Instances in use at once that messages of one peer have opened. Its messages of more are " +
      "refused (TOO_MANY_INSTANCES).",
    25_000,
    1,
    16_777_216,
  ),
  instanceIdleMs: setting(
    "Milliseconds after which an instance that nobody uses leaves memory for the journal.",
    10 * SECOND_MS,
    100,
    HOUR_MS,
  ),
  streamsPerConnectionMax: setting(
    "Calls at once on one connection. The HTTP/2 layer refuses more.",
    16,
    2,
    1_024,
  ),
  connectionsPerIdentityMax: setting(
    "Connections at once with one certificate. Further ones are closed.",
    8,
    2,
    1_024,
  ),
  proposalsPerSecondMax: setting(
    "1as a second that one peer may send in one instance. More are refused (RATE_LIMITED).",
    20,
    1,
    100_000,
  ),
  rejectionsPerMinuteMax: setting(
    "Messages a minute of one peer that may be refused. Then the link is closed (LIMIT).",
    600,
    1,
    1_000_000,
  ),
};

/** `proposer` of the configuration. */
export const PROPOSER_SETTINGS: Readonly<Record<ProposerSettingName, Setting>> = {
  backoffMsMin: setting(
    "Milliseconds before a proposer's second ballot; each wait after it is longer, at random.",
    200,
    1,
    HOUR_MS,
  ),
  backoffMsMax: setting(
    "Milliseconds that a proposer waits at most between two ballots.",
    10 * SECOND_MS,
    1,
    HOUR_MS,
  ),
  windowMsMin: setting(
    "With `rotation`: milliseconds of the first window, for three ballots. Each next window is " +
      "longer by as much.",
    500,
    3,
    HOUR_MS,
  ),
};

/** `network` of the configuration. */
export const NETWORK_SETTINGS: Readonly<Record<NetworkSettingName, Setting>> = {
  reconnectMsMin: setting(
    "Milliseconds before the first attempt to restore a lost link; each further wait is longer.",
    100,
    1,
    HOUR_MS,
  ),
  reconnectMsMax: setting(
    "Milliseconds that pass at most between two attempts to restore a link.",
    5 * SECOND_MS,
    1,
    HOUR_MS,
  ),
  pingIntervalMs: setting(
    "Milliseconds of silence on a link after which the peer is asked whether it is there.",
    2 * SECOND_MS,
    10,
    HOUR_MS,
  ),
  pingTimeoutMs: setting(
    "Milliseconds for the answer. Without one the link is lost.",
    3 * SECOND_MS,
    10,
    HOUR_MS,
  ),
  recoveryWaitMs: setting(
    "Milliseconds that an acceptor that starts waits for peers to say which messages of its own " +
      "they know, if a quorum has said so.",
    2 * SECOND_MS,
    0,
    HOUR_MS,
  ),
  echoDelayMs: setting(
    "Milliseconds that an echo waits, lest the peer tell us first that it has the message.",
    100,
    1,
    MINUTE_MS,
  ),
  wantDelayMs: setting(
    "Milliseconds that a missing message is waited for before a peer is asked for it.",
    50,
    1,
    MINUTE_MS,
  ),
};

/** All settings at their defaults. */
export const DEFAULT_LIMITS: Limits = defaults(LIMITS);

/** All settings at their defaults. */
export const DEFAULT_PROPOSER_SETTINGS: ProposerSettings = {
  ...defaults(PROPOSER_SETTINGS),
  rotation: [],
};

/** All settings at their defaults. */
export const DEFAULT_NETWORK_SETTINGS: NetworkSettings = defaults(NETWORK_SETTINGS);

function defaults<K extends string>(table: Readonly<Record<K, Setting>>): Record<K, number> {
  const names = Object.keys(table) as K[];
  return Object.fromEntries(names.map((name) => [name, table[name].default])) as Record<K, number>;
}

/** Bytes of an envelope besides its largest message: framing, field headers, ids, signature. */
export const ENVELOPE_OVERHEAD_BYTES = 4 * KIB;

/** Bytes that one ref takes in an envelope: its id, a field header and a length. */
export const REF_BYTES = 34;
