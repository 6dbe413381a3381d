/**
 * What an acceptor answers to calls of the log.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { fullSet, setOf } from "../core/acceptor_set.ts";
import type { LearnerIndex, LearnerSet } from "../core/types.ts";
import { certificateJson, writeProof } from "../log/proof_json.ts";
import type { Position } from "../log/types.ts";
import { logFault, type LogHandlers } from "../net/log_rpc.ts";
import type { LogPort } from "../node/log_port.ts";
import { fromHex } from "../wire/hex.ts";
import { quote } from "../wire/place.ts";
import {
  LogEntrySchema,
  LogFault_Reason as Reason,
  type ReadRequest,
  type ReadResponse,
  ReadResponseSchema,
} from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { LogAppending } from "./log_appending.ts";

/** Entries in one answer of Read, at most. */
const READ_ENTRIES_MAX = 256;

/** Bytes of their values, at most, unless it is one. */
const READ_BYTES_MAX = 128 << 10;

/** What an answer has room for besides what it is about, in bytes. */
const ROOM_BYTES = 2 << 10;

/**
 * Makes the handlers of a process that keeps a log.
 *
 * @param waitingPerIdentityMax Records of one identity that may wait to be put into the log.
 */
export function makeLogHandlers(
  port: LogPort,
  { envelopeBytesMax }: { readonly envelopeBytesMax: number },
  waitingPerIdentityMax?: number,
): LogHandlers {
  const names = port.context.graph.spec.learners;
  const appending = new LogAppending(port, waitingPerIdentityMax);
  const learnersOf = (wanted: readonly string[]): LearnerSet =>
    wanted.length === 0
      ? fullSet(names.length)
      : setOf(wanted.map((name) => learnerOf(names, name)));
  return {
    append: ({ records, learners }, context) =>
      appending.append(records, learnersOf(learners), context),
    appendStream: (requests, context) => appending.appendStream(requests, learnersOf, context),
    read: (request, { signal }) => readLog(port, request, signal),
    getProof({ learner, position }) {
      const a = learnerOf(names, learner);
      const at = refuseOutside(port, a, position);
      const proof = port.prove(a, at);
      if (proof === undefined) {
        const certified = port.checkpoint(a).position;
        const what = `position ${at} of ${learner} is not certified yet; up to ${certified} it is`;
        throw logFault(Reason.NOT_CERTIFIED, what, certified);
      }
      return { document: fitting(JSON.stringify(writeProof(port.context, proof))) };
    },
    getCheckpoint({ learner }) {
      const { position, certificate, sessions } = port.checkpoint(learnerOf(names, learner));
      const json = certificate && JSON.stringify(certificateJson(port.context.graph, certificate));
      return {
        position: BigInt(position),
        certificate: fitting(json ?? "", sessions.length),
        sessions: new Uint8Array(sessions),
      };
    },
  };

  function fitting(document: string, besides = 0): string {
    if (document.length + besides + ROOM_BYTES <= envelopeBytesMax) return document;
    const what = `the answer has ${document.length + besides} bytes, above envelopeBytesMax, ` +
      `${envelopeBytesMax}; ask for a later position`;
    throw logFault(Reason.TOO_LONG, what);
  }
}

/** @throws ConnectError for a name that is no learner's. */
function learnerOf(names: readonly string[], name: string): LearnerIndex {
  const index = names.indexOf(name);
  if (index >= 0) return index;
  const what = `there is no learner ${quote(name)}; there are ${names.join(", ")}`;
  throw logFault(Reason.UNKNOWN_LEARNER, what);
}

/** The position, if it can be read. @throws ConnectError otherwise, which says what can. */
function refuseOutside(port: LogPort, learner: LearnerIndex, position: bigint): Position {
  const name = port.context.graph.spec.learners[learner]!;
  const [retained, prefix] = [port.retainedOf(learner), port.prefixOf(learner)];
  if (position < retained) throw notRetained(name, position, retained);
  if (position >= prefix) {
    const what = `the log of ${name} ends before ${prefix}; there is no position ${position} yet`;
    throw logFault(Reason.NOT_YET, what, prefix);
  }
  return Number(position);
}

function notRetained(name: string, position: bigint | number, retained: Position) {
  const what =
    `position ${position} of ${name} is kept no more here; what is begins at ${retained}`;
  return logFault(Reason.NOT_RETAINED, what, retained);
}

/** Entries from a position on; with `follow`, those to come until `signal` aborts. */
async function* readLog(
  port: LogPort,
  { learner: name, from, follow, withoutValues }: ReadRequest,
  signal: AbortSignal,
): AsyncGenerator<ReadResponse> {
  const learner = learnerOf(port.context.graph.spec.learners, name);
  // The end itself can be waited for, or be empty.
  if (from !== BigInt(port.prefixOf(learner))) refuseOutside(port, learner, from);
  const end = port.prefixOf(learner);
  let next = Number(from);
  let wake = () => {};
  const waken = () => wake();
  const leave = port.onChange(waken);
  signal.addEventListener("abort", waken);
  try {
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const retained = port.retainedOf(learner);
      if (next < retained) throw notRetained(name, next, retained);
      const prefix = port.prefixOf(learner);
      const room = follow ? READ_ENTRIES_MAX : Math.min(READ_ENTRIES_MAX, end - next);
      const entries = port.entries(learner, next, room, READ_BYTES_MAX);
      if (entries.length > 0 || isFirst) {
        yield response(entries, next, prefix, withoutValues);
        next += entries.length;
      }
      if (!follow && next >= end) return;
      const woken = new Promise<void>((resolve) => wake = resolve);
      if (next >= port.prefixOf(learner) && !signal.aborted) await woken;
      // Everybody else has a turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    leave();
    signal.removeEventListener("abort", waken);
  }
}

function response(
  entries: ReturnType<LogPort["entries"]>,
  from: Position,
  prefix: Position,
  withoutValues: boolean,
): ReadResponse {
  return create(ReadResponseSchema, {
    prefix: BigInt(prefix),
    entries: entries.map(({ outcome, value }, i) =>
      create(LogEntrySchema, {
        position: BigInt(from + i),
        valueHash: outcome.kind === "closed" ? undefined : fromHex(outcome.valueHash),
        value: withoutValues || value === undefined ? undefined : new Uint8Array(value),
      })
    ),
  });
}
