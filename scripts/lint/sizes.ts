/**
 * The rules that files and functions stay small enough to be read at once.
 *
 * @module
 */

import { isGenerated, relativePath } from "./paths.ts";

/** Lines of a file. */
export const FILE_LINES_MAX = 300;

/** Lines of a function, signature and closing brace included. */
export const FUNCTION_LINES_MAX = 70;

/** Files that may exceed a size, each with the reason. None may. */
export const SIZE_EXCEPTIONS: Readonly<Record<string, string>> = {};

/** Reports files and functions that are too long. */
export const sizes: Deno.lint.Rule = {
  create(context) {
    const path = relativePath(context.filename);
    if (isGenerated(path) || path in SIZE_EXCEPTIONS) return {};
    const checkFunction = (node: Deno.lint.Node) => {
      const lines = context.sourceCode.getText(node).split("\n").length;
      if (lines <= FUNCTION_LINES_MAX) return;
      const message = `a function of ${lines} lines; at most ${FUNCTION_LINES_MAX}: split it`;
      context.report({ node, message });
    };
    return {
      Program(node) {
        const lines = context.sourceCode.text.replace(/\n$/, "").split("\n").length;
        if (lines <= FILE_LINES_MAX) return;
        const message = `a file of ${lines} lines; at most ${FILE_LINES_MAX}: split it`;
        context.report({ node, message });
      },
      FunctionDeclaration: checkFunction,
      FunctionExpression: checkFunction,
      ArrowFunctionExpression: checkFunction,
    };
  },
};
