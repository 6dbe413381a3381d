/**
 * What a peer may cost: every bound that a configuration can set, its default and its range.
 *
 * @module
 */

import { HOUR_MS, KIB, MIB, MINUTE_MS, SECOND_MS, type Setting, setting } from "./setting.ts";

/** Members of `limits`; each is explained in {@linkcode LIMITS}. */
export type LimitName =
  | "valueBytesMax"
  | "envelopeBytesMax"
  | "refsMax"
  | "inboxRefsPerPeerMax"
  | "inboxWaitMsMax"
  | "futureProposalsMax"
  | "futureBytesMax"
  | "clockSkewMsMax"
  | "instancesMax"
  | "instancesPerPeerMax"
  | "emptyInstancesPerPeerMax"
  | "instanceIdleMs"
  | "restoredPerSecondMax"
  | "lookupsPerSecondMax"
  | "streamsPerConnectionMax"
  | "connectionsPerIdentityMax"
  | "bytesInFlightMax"
  | "proposalsPerSecondMax"
  | "proposalsPerPeerPerSecondMax"
  | "proposalBytesPerSecondMax"
  | "rejectionsPerMinuteMax"
  | "logLinesPerMinuteMax";

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
    "Messages from one peer that wait for messages they refer to, and their references, summed " +
      "over all instances. Beyond it those of the same instance give way to which nothing refers, " +
      "or else the new one is refused (both INBOX_FULL); what had to go is asked for again.",
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
    "1as of one peer, in all instances, that wait for our clock to pass their timestamps; and as " +
      "many that wait for their values. Beyond it the furthest ahead in the instance are refused " +
      "(FUTURE_FULL).",
    1_024,
    1,
    1_048_576,
  ),
  futureBytesMax: setting(
    "Bytes of the values of one peer's 1as, in all instances, that wait for our clock. Beyond it " +
      "the furthest ahead in the instance are refused (FUTURE_FULL). Must leave room for a value.",
    16 * MIB,
    1,
    1_024 * MIB,
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
  emptyInstancesPerPeerMax: setting(
    "Of these, those in which nothing has been delivered yet. Messages of more are refused " +
      "(TOO_MANY_INSTANCES).",
    1_024,
    1,
    16_777_216,
  ),
  instanceIdleMs: setting(
    "Milliseconds after which an instance that nobody uses leaves memory for the journal.",
    10 * SECOND_MS,
    100,
    HOUR_MS,
  ),
  restoredPerSecondMax: setting(
    "Messages a second that are read back from the journal for instances that have left memory " +
      "and that one peer's messages mention; twice as many at once. An instance without any counts " +
      "as one. What is read at once for a large instance has to be waited for later: messages of " +
      "other instances not in memory are refused (RATE_LIMITED).",
    10_000,
    1,
    16_777_216,
  ),
  lookupsPerSecondMax: setting(
    "Messages a second that are looked for in the journal, beyond those in memory, because one " +
      "peer says that it has, wants or offers them, or sends them again; twice as many at once. " +
      "Beyond it what it has is not followed into the past, its offers and wants wait, and what it " +
      "sends unasked is refused (RATE_LIMITED).",
    5_000,
    16,
    16_777_216,
  ),
  streamsPerConnectionMax: setting(
    "Calls at once on one connection. The HTTP/2 layer refuses more.",
    16,
    2,
    1_024,
  ),
  connectionsPerIdentityMax: setting(
    "Connections at once of one identity, over all its processes. Further ones are refused, with the " +
      "reason.",
    8,
    2,
    1_024,
  ),
  bytesInFlightMax: setting(
    "Bytes of one identity's messages and requests that have come in part, over all its calls. " +
      "The call that brings more is ended. Must leave room for an envelope.",
    16 * MIB,
    64 * KIB,
    1_024 * MIB,
  ),
  proposalsPerSecondMax: setting(
    "1as a second that one peer may send in one instance; twice as many at once, and twenty times " +
      "as many of those that something refers to or that were asked for. Messages of acceptors " +
      "caught in the instance count, too. More are refused (RATE_LIMITED).",
    20,
    1,
    100_000,
  ),
  proposalsPerPeerPerSecondMax: setting(
    "The same over all instances. Each is work for the whole cluster: well below what its machines " +
      "can decide, it keeps one peer from starving the others.",
    500,
    1,
    1_000_000,
  ),
  proposalBytesPerSecondMax: setting(
    "The same in bytes, values included, over all instances. Must leave room for a value.",
    16 * MIB,
    1,
    1_024 * MIB,
  ),
  rejectionsPerMinuteMax: setting(
    "Messages a minute of one peer that may be refused through its own fault. Then the link is " +
      "closed (LIMIT), and no other is taken up before the rate allows another.",
    600,
    1,
    1_000_000,
  ),
  logLinesPerMinuteMax: setting(
    "Lines a minute about one peer that go to the log, at each level. More are counted, and the " +
      "next line is preceded by their number.",
    60,
    1,
    1_000_000,
  ),
};
