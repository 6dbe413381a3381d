/**
 * The log of a live cluster for a console: read, proved and appended to as a client.
 *
 * @module
 */

import type { AcceptorStatus } from "../../lib/client/status.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import type { Client } from "../../lib/client/types.ts";
import type { ReadEntry } from "../../lib/client/log_types.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import type {
  EntryView,
  LogBoot,
  LogPage,
  LogStandView,
  ProposedView,
} from "../../lib/console/overview.ts";
import { valueText } from "../../lib/explain/value_text.ts";
import { toHex } from "../../lib/wire/hex.ts";

/** Entries that are handed over at a time. */
const PAGE_ENTRIES = 100;

/** Records of an entry that are shown. */
const RECORDS_SHOWN = 10;

/** How long reading, proving and appending may take, in milliseconds. */
const LOG_MS = 10_000;

/** Bytes of what this console calls itself as a client of the log. */
const CLIENT_BYTES = 4;

/** What a page may ask of a log. */
export interface LogSource {
  /** Entries of a learner from a position on. */
  entries(learner: string, from: number): Promise<LogPage>;
  /** A document that proves an entry, for the page to verify; or why there is none. */
  proof(learner: string, position: number): Promise<unknown>;
  /** Appends one record. */
  append(value: string): Promise<ProposedView>;
}

/** What proofs are judged by; undefined without a log. */
export function logBoot({ graph, digest, acceptors, log }: Configuration): LogBoot | undefined {
  if (log === undefined) return undefined;
  return {
    learners: graph.spec.learners,
    configDigest: toHex(digest.whole),
    keys: acceptors.map(({ certificate }) => toHex(certificate.spki)),
    settings: log,
  };
}

/** The log of a cluster, asked for as a client. */
export function logSource(client: Client): LogSource {
  const self = `console ${toHex(crypto.getRandomValues(new Uint8Array(CLIENT_BYTES)))}`;
  let sequence = 0;
  return {
    async entries(learner, from) {
      const entries: EntryView[] = [];
      try {
        for await (const entry of client.read({ learner, from, timeoutMs: LOG_MS })) {
          entries.push(viewOf(entry));
          if (entries.length === PAGE_ENTRIES) break;
        }
        return { entries };
      } catch (error) {
        return { entries, error: reasonOf(error) };
      }
    },
    async proof(learner, position) {
      try {
        return await client.proof(position, { learner, timeoutMs: LOG_MS });
      } catch (error) {
        return { error: reasonOf(error) };
      }
    },
    async append(value) {
      const payload = new TextEncoder().encode(value);
      const record = { client: self, sequence: ++sequence, payload };
      try {
        const [appended] = await client.append([record], { timeoutMs: LOG_MS });
        const places = appended!.places;
        return {
          ours: true,
          decisions: places.map(({ learner, position }) => [learner, `entry ${position}`] as const),
        };
      } catch (error) {
        return { error: reasonOf(error) };
      }
    },
  };
}

function viewOf({ position, kind, records, repeated, reportedBy }: ReadEntry): EntryView {
  return {
    ...{ position, kind, repeated, reportedBy },
    records: records.slice(0, RECORDS_SHOWN)
      .map(({ client, payload }) => ({ client, text: valueText(payload) })),
    more: Math.max(0, records.length - RECORDS_SHOWN),
  };
}

/** Where logs stand: of each learner the furthest that an acceptor says. */
export function logStands(answers: readonly StatusAnswer[]): LogStandView[] | undefined {
  const stands = new Map<string, LogStandView>();
  for (const answer of answers) {
    const { log }: Pick<AcceptorStatus, "log"> = "error" in answer ? {} : answer.status;
    for (const { learner, prefix, retained, certified } of log?.learners ?? []) {
      const seen = stands.get(learner);
      if (seen !== undefined && seen.prefix >= Number(prefix)) continue;
      stands.set(learner, {
        ...{ learner, prefix: Number(prefix), retained: Number(retained) },
        ...{ certified: Number(certified), floor: Number(log!.floor) },
      });
    }
  }
  return stands.size === 0 ? undefined : [...stands.values()];
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
