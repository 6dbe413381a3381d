/**
 * What one connection, one identity and all strangers together may cost, beyond the limits that
 * the configuration sets.
 *
 * @module
 */

/** Limits of the network layer that a configuration can set. */
export interface NetLimits {
  /** Longest message of a call, in bytes. Compressed messages are not understood at all. */
  readonly envelopeBytesMax: number;
  /** Calls open at once on one connection. */
  readonly streamsPerConnectionMax: number;
  /** Connections open at once in the name of one identity. */
  readonly connectionsPerIdentityMax: number;
  /** Bytes of messages of one identity that have come in part, over all its calls. */
  readonly bytesInFlightMax: number;
}

/** Limits that are ours. Rates allow a burst of the first number and then the second per second. */
export interface NetBounds {
  /**
   * Connections that have not shown a certificate yet; one from the network with the most of them
   * makes room for the newest.
   */
  readonly pendingMax: number;
  /** Connections that come to nothing before their remains are collected. */
  readonly wastedMax: number;
  /** How often it is looked at whether connections can arrive. */
  readonly doorCheckMs: number;
  /** How long that may take. */
  readonly handshakeMs: number;
  /** New connections of one identity. */
  readonly connectionRate: readonly [burst: number, perSecond: number];
  /** New connections that an identity forfeits when one of its connections misbehaves. */
  readonly misbehaviourCost: number;
  /** Calls opened on one connection, but for those that have led to a decision: more are refused. */
  readonly callRate: readonly [burst: number, perSecond: number];
  /** Calls that are refused for that on one connection, before it is cut. */
  readonly refusedCallRate: readonly [burst: number, perSecond: number];
  /** Links opened by one identity, over all its connections: more are refused in the same way. */
  readonly linkRate: readonly [burst: number, perSecond: number];
  /** The first message on a link, in bytes: it is a Hello. */
  readonly helloBytesMax: number;
  /** Calls reset by the peer on one connection (rapid reset). */
  readonly resetRate: readonly [burst: number, perSecond: number];
  /** PING and SETTINGS frames of the peer on one connection. */
  readonly controlRate: readonly [burst: number, perSecond: number];
  /** Bytes received on one connection that carry no call's data, beyond twice those that do. */
  readonly overheadBytesRate: readonly [burst: number, perSecond: number];
  /** Headers of one call: bytes of names and values. */
  readonly headerBytesMax: number;
  /**
   * What a peer may send on one call before we have read it. A call carries so much in a round trip
   * at most: with 200 ms between members, five times as much a second.
   */
  readonly streamWindowBytes: number;
  /** The same on one connection. */
  readonly connectionWindowBytes: number;
  /**
   * What may be written on one connection and not have left, before its calls wait; a message on top
   * for each of them. Links have twice as much.
   */
  readonly unsentBytesMax: number;
  /** How long a connection may have no call open. */
  readonly idleMs: number;
  /** How long the one message of a call that is not a stream may take to arrive. */
  readonly requestMs: number;
  /** How often all of this is looked at. */
  readonly checkMs: number;
}

/** The bounds in force unless told otherwise. */
export const NET_BOUNDS: NetBounds = {
  pendingMax: 256,
  wastedMax: 512,
  doorCheckMs: 5_000,
  handshakeMs: 5_000,
  connectionRate: [32, 4],
  misbehaviourCost: 40,
  callRate: [1_000, 100],
  refusedCallRate: [300, 100],
  linkRate: [128, 16],
  helloBytesMax: 4 << 10,
  resetRate: [100, 10],
  controlRate: [200, 50],
  overheadBytesRate: [4 << 20, 256 << 10],
  headerBytesMax: 16 << 10,
  streamWindowBytes: 4 << 20,
  connectionWindowBytes: 8 << 20,
  unsentBytesMax: 1 << 20,
  idleMs: 60_000,
  requestMs: 10_000,
  checkMs: 250,
};
