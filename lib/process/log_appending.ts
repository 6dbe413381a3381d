/**
 * Appending for callers: what is taken in, how much of it, and what they are told.
 *
 * @module
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { hasMember } from "../core/acceptor_set.ts";
import type { LearnerSet } from "../core/types.ts";
import { SEQUENCE_SPAN } from "../log/sessions.ts";
import { logFault } from "../net/log_rpc.ts";
import type { CallContext } from "../net/call_context.ts";
import type { LogPort } from "../node/log_port.ts";
import { fromHex } from "../wire/hex.ts";
import { quote } from "../wire/place.ts";
import {
  type AppendedRecordSchema,
  type AppendRecord,
  type AppendResponseSchema,
  type AppendStreamRequest,
  type AppendStreamResponseSchema,
  LogFault_Reason as Reason,
} from "../wire/gen/hetpaxos/v1/service_pb.ts";
import { keyOf, LogWaiting, type Places, type RecordName } from "./log_waiting.ts";

/** Records of one call, at most. */
const RECORDS_MAX = 4_096;

/** Records of one identity that wait to be put into the log, whether or not a call waits for them. */
const WAITING_PER_IDENTITY_MAX = 8_192;

/** The last sequence. */
const SEQUENCE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** Puts records of callers into the log. */
export class LogAppending {
  readonly #port: LogPort;
  readonly #waitingMax: number;
  readonly #waiting: LogWaiting;
  /** By identity: what has been taken in and not come to its end, whether or not somebody waits. */
  readonly #open = new Map<string, Set<string>>();
  /** Called when there may be room. */
  readonly #roomless = new Set<() => void>();

  /** @param waitingMax Records that may wait for each identity. */
  constructor(port: LogPort, waitingMax: number = WAITING_PER_IDENTITY_MAX) {
    this.#port = port;
    this.#waitingMax = waitingMax;
    this.#waiting = new LogWaiting(port);
    port.onChange(() => {
      for (const wake of this.#roomless) wake();
    });
  }

  /**
   * Takes records in and waits until the learners have them. If one is refused, those before it go
   * their way: to append them again does no harm.
   */
  async append(
    records: readonly AppendRecord[],
    wanted: LearnerSet,
    context: CallContext,
  ): Promise<MessageInitShape<typeof AppendResponseSchema>> {
    if (records.length === 0) throw new ConnectError("there is no record", Code.InvalidArgument);
    if (records.length > RECORDS_MAX) {
      const what = `a call has at most ${RECORDS_MAX} records, not ${records.length}`;
      throw new ConnectError(what, Code.InvalidArgument);
    }
    refuseSpread(records);
    const names = records.map(nameOf);
    const placed = records.map((record, i) => {
      const isOurs = record.payload !== undefined;
      if (isOurs) this.#takeIn(record, names[i]!, context);
      return this.#placed(names[i]!, wanted, isOurs, context);
    });
    const places = await Promise.all(placed);
    if (places.some((each) => each !== undefined && each.size > 0)) context.onWorthy();
    return { records: places.map((each, i) => this.#answer(names[i]!, each, wanted)) };
  }

  /** The same for as many as come, taken in as there is room, in their order. */
  async appendStream(
    requests: AsyncIterable<AppendStreamRequest>,
    learnersOf: (names: readonly string[]) => LearnerSet,
    context: CallContext,
  ): Promise<MessageInitShape<typeof AppendStreamResponseSchema>> {
    let wanted: LearnerSet | undefined;
    let count = 0;
    let last: MessageInitShape<typeof AppendedRecordSchema> | undefined;
    const open = new Map<string, { readonly name: RecordName; readonly done: Promise<void> }>();
    let failure: unknown;
    for await (const { records, learners } of requests) {
      wanted ??= learnersOf(learners);
      for (const record of records) {
        const name = nameOf(record);
        const isOurs = record.payload !== undefined;
        await this.#spanned(open, name);
        if (isOurs) await this.#takeInWithRoom(record, name, context);
        const settle = async () => {
          try {
            const places = await this.#placed(name, wanted!, isOurs, context);
            last = this.#answer(name, places, wanted!);
            count++;
          } catch (error) {
            failure ??= error;
          }
          open.delete(keyOf(name));
        };
        open.set(keyOf(name), { name, done: settle() });
        if (failure !== undefined) throw failure;
      }
    }
    await Promise.all([...open.values()].map(({ done }) => done));
    if (failure !== undefined) throw failure;
    if (count === 0) throw new ConnectError("there is no record", Code.InvalidArgument);
    context.onWorthy();
    return { count: BigInt(count), last };
  }

  async #placed(
    name: RecordName,
    wanted: LearnerSet,
    isOurs: boolean,
    { signal }: CallContext,
  ): Promise<Places> {
    const places = await this.#waiting.placed(name, wanted, isOurs, signal);
    if (places === undefined) throw new ConnectError("not in the log yet", Code.Canceled);
    return places;
  }

  /** Settles when a record of a client is near enough to its oldest that is open. */
  async #spanned(
    open: ReadonlyMap<string, { readonly name: RecordName; readonly done: Promise<void> }>,
    { client, sequence }: RecordName,
  ): Promise<void> {
    for (const { name, done } of open.values()) {
      const isFar = name.client === client && sequence - name.sequence >= SEQUENCE_SPAN;
      if (isFar) await done;
    }
    if (open.size >= RECORDS_MAX) await Promise.race([...open.values()].map(({ done }) => done));
  }

  async #takeInWithRoom(
    record: AppendRecord,
    name: RecordName,
    context: CallContext,
  ): Promise<void> {
    for (;;) {
      const refused = this.#tryTakeIn(record, name, context.peer);
      if (refused === undefined) return;
      if (refused !== "full") throw refused;
      if (context.signal.aborted) throw new ConnectError("not in the log yet", Code.Canceled);
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => resolve();
      this.#roomless.add(wake);
      context.signal.addEventListener("abort", wake);
      await promise;
      this.#roomless.delete(wake);
      context.signal.removeEventListener("abort", wake);
    }
  }

  #takeIn(record: AppendRecord, name: RecordName, { peer }: CallContext): void {
    const refused = this.#tryTakeIn(record, name, peer);
    if (refused === "full") {
      throw logFault(Reason.FULL, "nothing more is taken in now; append the same again later");
    }
    if (refused !== undefined) throw refused;
  }

  #tryTakeIn(
    { payload }: AppendRecord,
    name: RecordName,
    peer: string,
  ): ConnectError | "full" | undefined {
    const open = this.#openOf(peer);
    const key = keyOf(name);
    if (open.size >= this.#waitingMax && !open.has(key)) return "full";
    const appended = this.#port.append({ ...name, payload: payload! });
    const { client, sequence } = name;
    switch (appended.kind) {
      case "unfit":
        return logFault(Reason.UNFIT, appended.flaw);
      case "too old":
        return logFault(
          Reason.TOO_OLD,
          `sequence ${sequence} of ${quote(client)} comes too late: the log has one that is ` +
            `${SEQUENCE_SPAN} or more above it`,
        );
      case "full":
        return "full";
      case "accepted":
        open.add(key);
        return undefined;
      default:
        return undefined;
    }
  }

  /** What of an identity's is open; looks what no longer is once it seems too much. */
  #openOf(peer: string): Set<string> {
    const open = this.#open.get(peer) ?? new Set();
    this.#open.set(peer, open);
    if (open.size < this.#waitingMax) return open;
    for (const key of open) {
      const space = key.indexOf(" ");
      const name = { client: key.slice(space + 1), sequence: Number(key.slice(0, space)) };
      if (!this.#port.isPending(name)) open.delete(key);
    }
    return open;
  }

  #answer(
    { client, sequence }: RecordName,
    places: Places,
    wanted: LearnerSet,
  ): MessageInitShape<typeof AppendedRecordSchema> {
    const { learners } = this.#port.context.graph.spec;
    const asked = [...places].filter(([learner]) => hasMember(wanted, learner));
    const delivered = asked.toSorted(([a], [b]) => a - b).map(([learner, place]) => ({
      learner: learners[learner]!,
      position: place && BigInt(place.position),
      valueHash: place && fromHex(place.valueHash),
    }));
    return { client, sequence: BigInt(sequence), delivered };
  }
}

/** @throws ConnectError for a sequence that is no number here. */
function nameOf({ client, sequence }: AppendRecord): RecordName {
  if (sequence < 1n || sequence > SEQUENCE_MAX) {
    throw logFault(Reason.UNFIT, `sequence ${sequence} is not from 1 to 2^53 - 1`);
  }
  return { client, sequence: Number(sequence) };
}

/** Of one client's records in a call, any may come last: none may be too old for that then. */
function refuseSpread(records: readonly AppendRecord[]): void {
  const byClient = new Map<string, { least: bigint; most: bigint }>();
  for (const { client, sequence } of records) {
    const range = byClient.get(client) ?? { least: sequence, most: sequence };
    if (sequence < range.least) range.least = sequence;
    if (sequence > range.most) range.most = sequence;
    byClient.set(client, range);
    if (range.most - range.least < BigInt(SEQUENCE_SPAN)) continue;
    const what = `records of ${quote(client)} in one call are ${SEQUENCE_SPAN} or more apart`;
    throw logFault(Reason.UNFIT, what);
  }
}
