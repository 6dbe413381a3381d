/**
 * What a program says while it runs: one event a line, and as few of them about one peer that no
 * peer can fill the log.
 *
 * @module
 */

import { TokenBucket } from "../wire/token_bucket.ts";
import type { Clock } from "./clock.ts";

/**
 * How much an event matters.
 *
 * @example
 * ```ts
 * import { type Level } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const loud: readonly Level[] = ["warn", "error"];
 * assertEquals(loud.includes("warn"), true);
 * ```
 */
export type Level = "debug" | "info" | "warn" | "error";

/**
 * Further facts of an event, for machines.
 *
 * @example
 * ```ts
 * import { type Fields } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const fields: Fields = { peer: "Bob", instance: 7n };
 * assertEquals(fields.peer, "Bob");
 * ```
 */
export type Fields = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/**
 * Takes events. `message` is one line for a person.
 *
 * @example
 * ```ts
 * import { type Logger } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * const log: Logger = (level, message) => lines.push(`${level}: ${message}`);
 * log("info", "Bob connected as acceptor");
 * assertEquals(lines, ["info: Bob connected as acceptor"]);
 * ```
 */
export type Logger = (level: Level, message: string, fields?: Fields) => void;

/**
 * Says nothing.
 *
 * @example
 * ```ts
 * import { SILENT } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(SILENT("error", "nobody hears of it"), undefined);
 * ```
 */
export const SILENT: Logger = (): void => {};

/** Whom lines without the name of a peer are about, but with an address. */
const STRANGERS = "strangers";

interface Account {
  readonly bucket: TokenBucket;
  leftOut: number;
}

/** Bounds of a {@linkcode throttledLog}. */
export interface LogLimits {
  /** Lines a minute about one peer at one level, and at most as many at once. */
  readonly logLinesPerMinuteMax: number;
}

/**
 * Throttles a log: of the lines about one peer, at each level, a limited number a minute is written.
 * The others are counted, and the next line that is written says how many they were. Lines about
 * nobody but ourselves are not bounded.
 */
export function throttledLog(log: Logger, limits: LogLimits, clock: Clock): Logger {
  const { logLinesPerMinuteMax: perMinute } = limits;
  /** By level and peer; there are as many peers as the configuration has identities. */
  const accounts = new Map<string, Account>();
  const accountOf = (level: Level, about: string, nowMs: number): Account => {
    const key = `${level} ${about}`;
    const known = accounts.get(key);
    if (known !== undefined) return known;
    const account = { bucket: new TokenBucket(perMinute, perMinute / 60, nowMs), leftOut: 0 };
    accounts.set(key, account);
    return account;
  };
  return (level, message, fields) => {
    const about = subjectOf(fields);
    if (about === undefined) return log(level, message, fields);
    const nowMs = clock.elapsedMs();
    const account = accountOf(level, about, nowMs);
    if (!account.bucket.take(1, nowMs)) {
      account.leftOut++;
      return;
    }
    const { leftOut } = account;
    account.leftOut = 0;
    if (leftOut > 0) {
      log(level, `${leftOut} more lines about ${about} were left out`, { peer: about, leftOut });
    }
    log(level, message, fields);
  };
}

function subjectOf(fields: Fields = {}): string | undefined {
  const { peer, acceptor, remote } = fields;
  if (peer !== undefined) return String(peer);
  if (acceptor !== undefined) return String(acceptor);
  return remote === undefined ? undefined : STRANGERS;
}
