/**
 * Version of the conversation.
 *
 * @module
 */

/** Version of the conversation that docs/WIRE.md describes. Peers of another version are refused. */
export const PROTOCOL_VERSION = 2;
