/**
 * What a handler knows of the call that it answers.
 *
 * @module
 */

/** Who calls. */
export interface CallContext {
  /**
   * Name of the identity whose certificate the caller has proved to own. Empty if the server was
   * told to serve in the clear, where nobody proves anything.
   */
  readonly peer: string;
  /** Aborted when the call is over, whoever ended it. */
  readonly signal: AbortSignal;
  /** `address:port` of the caller, for people. */
  readonly remoteAddress: string;
  /** Bytes that have come from the caller so far, over the connection of this call. */
  receivedBytes(): number;
  /** To be called when the call has led to something: then it does not count against a limit. */
  onWorthy(): void;
}
