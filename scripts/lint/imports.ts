/**
 * The rule that imports point inward.
 *
 * @module
 */

import { relativePath, resolveFrom } from "./paths.ts";

/** What the edge, where time, sockets and files are, may import. */
const BELOW_PROCESS = [
  "lib/link",
  "lib/log",
  "lib/node",
  "lib/evidence",
  "lib/explain",
  "lib/config",
  "lib/trace",
  "lib/net",
  "lib/store",
  "lib/crypto",
  "lib/wire",
  "lib/graph",
  "lib/core",
  "lib/std",
];

/** What whoever runs processes may import. */
const LIBRARY = ["lib/client", "lib/process", ...BELOW_PROCESS];

/** Layers by folder, each with the layers it may import besides itself. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "lib/core": [],
  "lib/std": [],
  "lib/graph": ["lib/core", "lib/std"],
  "lib/wire": ["lib/core", "lib/std"],
  "lib/log": ["lib/crypto", "lib/wire", "lib/core", "lib/std"],
  "lib/crypto": ["lib/wire", "lib/core", "lib/std"],
  "lib/config": ["lib/log", "lib/crypto", "lib/wire", "lib/graph", "lib/core", "lib/std"],
  "lib/store": ["lib/wire", "lib/core", "lib/std"],
  "lib/net": ["lib/config", "lib/wire", "lib/core", "lib/std"],
  "lib/client": [
    "lib/net",
    "lib/log",
    "lib/config",
    "lib/crypto",
    "lib/wire",
    "lib/core",
    "lib/std",
  ],
  "lib/trace": ["lib/core", "lib/std"],
  "lib/evidence": ["lib/config", "lib/store", "lib/crypto", "lib/wire", "lib/core", "lib/std"],
  "lib/explain": ["lib/config", "lib/wire", "lib/core", "lib/std"],
  "lib/node": [
    "lib/config",
    "lib/log",
    "lib/trace",
    "lib/store",
    "lib/crypto",
    "lib/wire",
    "lib/core",
    "lib/std",
  ],
  "lib/link": ["lib/log", "lib/node", "lib/config", "lib/store", "lib/wire", "lib/core", "lib/std"],
  "lib/process": BELOW_PROCESS,
  "lib/sim": [
    "lib/link",
    "lib/log",
    "lib/node",
    "lib/config",
    "lib/store",
    "lib/trace",
    "lib/crypto",
    "lib/wire",
    "lib/graph",
    "lib/core",
    "lib/std",
  ],
  "lib/explore": ["lib/sim", "lib/trace", "lib/crypto", "lib/wire", "lib/core", "lib/std"],
  "lib/console": [
    ...["lib/explore", "lib/sim", "lib/trace", "lib/explain", "lib/config", "lib/wire"],
    ...["lib/graph", "lib/core", "lib/std", "lib/log", "lib/crypto"],
  ],
  "cli": LIBRARY,
  "mod.ts": LIBRARY,
};

/** Layers that need nothing of the machine: they run in a browser too. */
const ANYWHERE: readonly string[] = [
  ...["lib/core", "lib/graph", "lib/wire", "lib/log", "lib/trace", "lib/evidence"],
  ...["lib/node", "lib/link", "lib/sim", "lib/explore", "lib/console"],
];

/** Layers that sit beside the stack and that only these may import. */
const SIDEWAYS: Readonly<Record<string, readonly string[]>> = {
  "lib/sim": ["lib/explore", "lib/console", "cli", "mod.ts"],
  "lib/explore": ["lib/console", "cli", "mod.ts"],
  "lib/console": ["cli"],
};

/**
 * What is wrong with an import, or undefined if nothing is.
 *
 * @param from The importing file, relative to the repository.
 * @param specifier As written in the import.
 */
export function importFault(from: string, specifier: string): string | undefined {
  const layer = layerOf(from);
  if (/^(https?|npm|jsr|data|blob|file):/.test(specifier)) {
    return layer === "lib/std"
      ? undefined
      : `import "${specifier}" by a name of the import map in deno.json, where its version is pinned`;
  }
  if (layer === undefined) {
    if (!from.startsWith("lib/")) return undefined;
    return `${from} is in no layer: give its folder a place in scripts/lint/imports.ts`;
  }
  if (!/^\.{0,2}\//.test(specifier)) {
    if (layer === "lib/core") return `lib/core imports nothing outside itself, not "${specifier}"`;
    if (ANYWHERE.includes(layer) && specifier.startsWith("node:")) {
      return `${layer} runs anywhere, is given what it needs of the machine, and does not import "${specifier}"`;
    }
    return specifier === "fast-check" ? `fast-check is for tests, not for ${layer}` : undefined;
  }
  const target = resolveFrom(from, specifier);
  if (layer === "cli" && target === "deno.json") return undefined;
  const inner = layerOf(target);
  if (inner === layer) return undefined;
  if (inner !== undefined && LAYERS[layer]!.includes(inner)) return undefined;
  if (inner !== undefined && SIDEWAYS[inner]?.includes(layer)) return undefined;
  return `${layer} may not import ${inner ?? target}: imports point inward`;
}

function layerOf(path: string): string | undefined {
  return Object.keys(LAYERS).find((layer) => path === layer || path.startsWith(`${layer}/`));
}

/** Reports every import, static, dynamic or of a type, that does not point inward. */
export const importDirection: Deno.lint.Rule = {
  create(context) {
    const from = relativePath(context.filename);
    const check = (node: Deno.lint.Node, source: unknown) => {
      const message = typeof source === "string"
        ? importFault(from, source)
        : layerOf(from) && "a computed import cannot be checked: write the name out";
      if (message) context.report({ node, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration(node) {
        if (node.source) check(node, node.source.value);
      },
      ImportExpression(node) {
        check(node, node.source.type === "Literal" ? node.source.value : undefined);
      },
      TSImportType(node) {
        // The plugin interface hands the argument over empty, so it is read from the text.
        const text = context.sourceCode.getText(node);
        check(node, /^import\(\s*["']([^"']*)["']/.exec(text)?.[1]);
      },
    };
  },
};
