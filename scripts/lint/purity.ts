/**
 * The rule that the core, nodes and links are functions of what they are given.
 *
 * @module
 */

import { relativePath } from "./paths.ts";

/** Globals that read or change the world, or that run code later. */
const IMPURE_GLOBALS: ReadonlySet<string> = new Set([
  ...["Date", "Temporal", "performance", "crypto", "console", "Deno", "process", "navigator"],
  ...["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval"],
  ...["queueMicrotask", "Promise", "fetch", "Worker", "WebSocket", "EventSource", "Buffer"],
  ...["globalThis", "window", "global", "require", "eval", "Function", "Intl"],
  ...["localStorage", "sessionStorage", "BroadcastChannel", "AbortSignal", "Atomics"],
  ...["WeakRef", "FinalizationRegistry", "alert", "confirm", "prompt", "requestAnimationFrame"],
]);

/** Members whose result depends on where the program runs. */
const LOCAL_MEMBERS: ReadonlySet<string> = new Set([
  ...["localeCompare", "toLocaleString", "toLocaleUpperCase", "toLocaleLowerCase"],
  ...["toLocaleDateString", "toLocaleTimeString"],
]);

/** What is pure and synchronous: it runs in simulated worlds, where nothing else may be asked. */
const PURE = ["lib/core", "lib/graph", "lib/log", "lib/node", "lib/link"];

/** Reports clocks, randomness, input, output and asynchrony in what is to be pure. */
export const purity: Deno.lint.Rule = {
  create(context) {
    const path = relativePath(context.filename);
    const layer = PURE.find((folder) => path.startsWith(`${folder}/`));
    if (layer === undefined) return {};
    const report = (node: Deno.lint.Node, what: string) =>
      context.report({ node, message: `${layer} is pure and synchronous: ${what}` });
    const refuseAsync = (node: Deno.lint.Node & { async: boolean }) => {
      if (node.async) report(node, "no async functions");
    };
    return {
      Identifier(node) {
        if (IMPURE_GLOBALS.has(node.name) && !isPropertyName(node)) {
          report(node, `no ${node.name}`);
        }
        // Anything but `Math.name` could be a way to reach Math.random.
        if (node.name === "Math" && !isPropertyName(node) && !isPlainMember(node)) {
          report(node, "Math only as Math.name");
        }
      },
      MemberExpression(node) {
        if (node.property.type !== "Identifier" || node.computed) return;
        const name = node.property.name;
        const ofMath = node.object.type === "Identifier" && node.object.name === "Math";
        // `self` is a good name for the acceptor itself, but it is also a global's.
        const ofSelf = node.object.type === "Identifier" && node.object.name === "self";
        if (ofSelf && IMPURE_GLOBALS.has(name)) report(node, `no ${name}`);
        if (ofMath && name === "random") report(node, "no Math.random");
        if (LOCAL_MEMBERS.has(name)) report(node, `${name} depends on the machine's language`);
      },
      MetaProperty(node) {
        if (context.sourceCode.getText(node) === "import.meta") report(node, "no import.meta");
      },
      FunctionDeclaration: refuseAsync,
      FunctionExpression: refuseAsync,
      ArrowFunctionExpression: refuseAsync,
      AwaitExpression: (node) => report(node, "no await"),
      ForOfStatement(node) {
        if (node.await) report(node, "no for await");
      },
      ImportExpression: (node) => report(node, "no dynamic import"),
    };
  },
};

/** Whether an identifier only names a member or key, so that it does not refer to a global. */
function isPropertyName(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed;
    case "Property":
      return parent.key === node && !parent.computed && !parent.shorthand;
    case "PropertyDefinition":
    case "MethodDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
      return parent.key === node && !parent.computed;
    default:
      return false;
  }
}

function isPlainMember(node: Deno.lint.Identifier): boolean {
  const parent = node.parent;
  return parent.type === "MemberExpression" && parent.object === node && !parent.computed;
}
