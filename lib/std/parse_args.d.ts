/** Options of {@linkcode parseArgs} used here. */
export interface ParseOptions {
  readonly boolean?: readonly string[];
  readonly string?: readonly string[];
  readonly collect?: readonly string[];
  readonly negatable?: readonly string[];
  readonly alias?: Readonly<Record<string, string | readonly string[]>>;
  readonly default?: Readonly<Record<string, unknown>>;
  readonly "--"?: boolean;
  readonly stopEarly?: boolean;
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
/** What {@linkcode parseArgs} found: flags by name, the rest in `_`. */
export type Args =
  & { _: (string | number)[]; "--"?: string[] }
  & Record<string, unknown>;
/** Parses command line arguments. */
export declare function parseArgs(
  args: readonly string[],
  options?: ParseOptions,
): Args;
