/**
 * For each limit of the configuration, the test that reaches it. docs/LIMITS.md shows this list, and
 * a test sees to it that the tests exist.
 *
 * @module
 */

import type { LimitName } from "../lib/wire/limits.ts";

/** Where a test is, and its name; of one that is made in a loop, what all their names hold. */
export type TestPlace = readonly [path: string, name: string];

const FLOOD = "tests/node/hostile_flood_test.ts";
const WAITING = "tests/node/hostile_waiting_test.ts";
const CODES = "tests/node/rejection_codes_test.ts";
const EACH_CODE = "is counted, and the acceptors go on deciding";

/** See the module. */
export const LIMIT_TESTS: Readonly<Record<LimitName, TestPlace>> = {
  valueBytesMax: [CODES, EACH_CODE],
  envelopeBytesMax: [
    "tests/net/messages_test.ts",
    "a message announced beyond the limit is refused before it arrives",
  ],
  refsMax: [CODES, EACH_CODE],
  inboxRefsPerPeerMax: [
    FLOOD,
    "what waits is bounded over all instances, by peer, and given back",
  ],
  inboxWaitMsMax: [
    WAITING,
    "a message with unknown refs waits, is asked about, and is dropped in time",
  ],
  futureProposalsMax: [
    FLOOD,
    "1as that wait for the clock are bounded over all instances, in number and bytes",
  ],
  futureBytesMax: [
    FLOOD,
    "1as that wait for the clock are bounded over all instances, in number and bytes",
  ],
  clockSkewMsMax: [WAITING, "a 1a far ahead of the clock is refused with all it brought"],
  instancesMax: [WAITING, "instances beyond the limit are refused; those open go on"],
  instancesPerPeerMax: [
    "tests/node/hostile_offers_test.ts",
    "one peer's instances are bounded, and leave room for those of others",
  ],
  emptyInstancesPerPeerMax: [
    FLOOD,
    "instances in which nothing is delivered are few, and filled ones do not count",
  ],
  instanceIdleMs: [
    "tests/sim/memory_test.ts",
    "whether instances leave memory or not, the very same messages are sent",
  ],
  restoredPerSecondMax: [
    FLOOD,
    "who brings old instances back to memory has to wait before it brings more",
  ],
  lookupsPerSecondMax: [
    "tests/node/lookups_test.ts",
    "who names much that is in the journal only costs no more than its share",
  ],
  streamsPerConnectionMax: [
    "tests/net/hostile_frames_test.ts",
    "calls beyond the limit of one connection are refused",
  ],
  connectionsPerIdentityMax: [
    "tests/net/hostile_connections_test.ts",
    "an identity has so many connections and no more",
  ],
  bytesInFlightMax: [
    "tests/net/messages_test.ts",
    "messages that have come in part are bounded, over all calls of an identity",
  ],
  proposalsPerSecondMax: [
    WAITING,
    "one peer's 1as are rated by instance; others' are not affected",
  ],
  proposalsPerPeerPerSecondMax: [
    FLOOD,
    "1as are rated over all instances, and a new link is no new beginning",
  ],
  proposalBytesPerSecondMax: [FLOOD, "1as are rated in bytes"],
  rejectionsPerMinuteMax: [
    FLOOD,
    "faults are remembered from link to link, and forgiven in time",
  ],
  logLinesPerMinuteMax: [FLOOD, "a peer that comes and goes does not fill the log"],
};
