/**
 * Everything that villains can do, by name.
 *
 * @module
 */

import { adaptive } from "./strategies/adaptive.ts";
import { forks, storm } from "./strategies/branches.ts";
import { garbage } from "./strategies/garbage.ts";
import { ghosts } from "./strategies/ghosts.ts";
import { illFormed } from "./strategies/ill_formed.ts";
import { intruder } from "./strategies/intruder.ts";
import { reEncoded, replays } from "./strategies/seals.ts";
import { selective, withholding } from "./strategies/silences.ts";
import { spam } from "./strategies/spam.ts";
import { stale } from "./strategies/stale.ts";
import { summaries } from "./strategies/summaries.ts";
import { twins, whispers } from "./strategies/twins.ts";
import type { Strategy } from "./villain.ts";

/** Makes each strategy; every villain has one of its own. */
export const STRATEGIES: ReadonlyMap<string, () => Strategy> = new Map(
  [
    adaptive,
    forks,
    garbage,
    ghosts,
    illFormed,
    intruder,
    reEncoded,
    replays,
    selective,
    spam,
    stale,
    storm,
    summaries,
    twins,
    whispers,
    withholding,
  ].map((make) => [make().name, make]),
);
