/**
 * What is known of the place where output ends up: its width, and whether it has colours.
 *
 * @module
 */

/** What a person is likely to be looking at, or not. */
export interface Place {
  /** Whether a person is likely to be looking. */
  isTerminal(): boolean;
  /** Its width, if it has one of its own; else that of the terminal we run in. */
  readonly columns?: number;
}

/** Where nothing is known. */
const COLUMNS_USUAL = 80;

/** Narrower than this, words would have to be broken. */
const COLUMNS_MIN = 40;

/** Wider than this, lines are hard to read. */
const COLUMNS_MAX = 120;

/**
 * A variable of the environment; undefined if it is not set, empty, or Deno does not permit to look.
 * Never asks anybody for the permission.
 */
export function environment(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) || undefined : undefined;
}

/**
 * How wide text should be: as COLUMNS says, else as the terminal is, else 80; from 40 to 120.
 */
export function columnsOf(place: Place): number {
  return Math.max(COLUMNS_MIN, Math.min(COLUMNS_MAX, place.columns ?? ownColumns(place)));
}

function ownColumns(place: Place): number {
  const told = Number(environment("COLUMNS"));
  if (Number.isInteger(told) && told > 0) return told;
  if (!place.isTerminal()) return COLUMNS_USUAL;
  try {
    return Deno.consoleSize().columns || COLUMNS_USUAL;
  } catch {
    return COLUMNS_USUAL;
  }
}

/** Whether the place shows colours: a terminal that is not dumb, without NO_COLOR. */
export function hasColours(
  place: Place,
  noColor: boolean = Deno.noColor,
  term: string | undefined = environment("TERM"),
): boolean {
  return place.isTerminal() && !noColor && term !== "dumb";
}
