/**
 * What a program says while it runs: one event a line.
 *
 * @module
 */

/** How much an event matters. */
export type Level = "debug" | "info" | "warn" | "error";

/** Further facts of an event, for machines. */
export type Fields = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** Takes events. `message` is one line for a person. */
export type Logger = (level: Level, message: string, fields?: Fields) => void;

/** Says nothing. */
export const SILENT: Logger = (): void => {};
