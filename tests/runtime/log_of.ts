/**
 * Logs with made-up messages, for parts that look at ids and refs alone.
 *
 * @module
 */

import type { MessageId, ValueHash } from "../../lib/core/types.ts";
import { type LogRecord, MessageLog } from "../../lib/runtime/message_log.ts";
import { inventedId } from "./harness.ts";

/** A log to which messages are added by nicknames. */
export class TestLog {
  readonly log: MessageLog;

  constructor(log: MessageLog = new MessageLog()) {
    this.log = log;
  }

  /** The id of the message with this nickname. */
  id(nickname: string): MessageId {
    return inventedId(nickname);
  }

  /** Adds a 1a with a value of its own. */
  proposal(nickname: string, { own = false, value = nickname } = {}): LogRecord {
    const valueHash = inventedId(`value ${value}`) as string as ValueHash;
    const ballot = { seconds: 1, nanos: 0, valueHash };
    return this.log.append(
      this.id(nickname),
      { kind: "1a", instance: 1n, ballot, value: undefined },
      own,
    );
  }

  /** Adds an acceptor message that refers to others. */
  message(nickname: string, refs: readonly string[] = [], own = false): LogRecord {
    const content = { signer: 0, prev: undefined, refs: refs.map((ref) => this.id(ref)) };
    const signature = new Uint8Array(64);
    const wire = { kind: "acceptor" as const, instance: 1n, content, signature };
    return this.log.append(this.id(nickname), wire, own);
  }

  /** Adds messages m0 … each of which refers to the one before. */
  chain(count: number, own = false): LogRecord[] {
    return Array.from(
      { length: count },
      (_, i) => this.message(`m${i}`, i === 0 ? [] : [`m${i - 1}`], own),
    );
  }
}
