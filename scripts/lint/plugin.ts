/**
 * The rules of this house, for `deno lint`, editors and tests/house.
 *
 * @module
 */

import { docstrings } from "./docstrings.ts";
import { importDirection } from "./imports.ts";
import { purity } from "./purity.ts";
import { sizes } from "./sizes.ts";

/** All rules, by the names under which `deno lint` reports them: `house/sizes`. */
const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "import-direction": importDirection,
    "purity": purity,
    "sizes": sizes,
    "docstrings": docstrings,
  },
};

export default plugin;
