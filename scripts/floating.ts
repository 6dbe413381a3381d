/**
 * Finds promises that nobody awaits and nobody catches: what they reject with would be nobody's.
 * TypeScript's own checker says what is a promise.
 *
 * @module
 */

import ts from "typescript";

/** What allows a `void` before a promise, in the line above it: then it is a claim to be read. */
const CLAIM = "Never rejects";

const OPTIONS: ts.CompilerOptions = {
  noEmit: true,
  allowImportingTsExtensions: true,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ESNext,
  strict: true,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
  types: [],
  skipLibCheck: true,
};

/**
 * Floating promises in some files, each as `file:line: text`. A promise floats if it is a statement
 * by itself, or the operand of `void`, unless it ends in `.catch(…)`, is assigned, or its `void` has
 * the words "Never rejects" above it; and an asynchronous function floats that is handed in where a
 * function without a result is expected.
 *
 * @param files Absolute paths, by which they are reported too.
 * @param globals The declarations of Deno's globals, as `deno types` prints them.
 * @param virtual Files that are not there, with their texts.
 */
export function findFloating(
  files: readonly string[],
  globals: string,
  virtual: Readonly<Record<string, string>> = {},
): string[] {
  const texts: Readonly<Record<string, string>> = { ...virtual, "/deno.d.ts": globals };
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => path in texts || fileExists(path);
  host.readFile = (path) => texts[path] ?? readFile(path);
  const wanted = [...files, ...Object.keys(virtual)];
  const program = ts.createProgram([...wanted, "/deno.d.ts"], OPTIONS, host);
  const checker = program.getTypeChecker();
  return wanted.flatMap((path) => {
    const file = program.getSourceFile(path);
    if (file === undefined) throw new Error(`${path} cannot be read`);
    return floatingIn(file, checker).map((node) => {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      return `${path}:${line + 1}: ${node.getText().replaceAll(/\s+/g, " ").slice(0, 100)}`;
    });
  });
}

function floatingIn(file: ts.SourceFile, checker: ts.TypeChecker): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    const dropped = droppedBy(node);
    if (dropped !== undefined && floats(dropped, checker) && !isClaimed(node, file)) {
      found.push(node);
    }
    if (ts.isCallExpression(node)) found.push(...droppingCallbacks(node, checker));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What a statement or `void` has for a value that nobody gets. */
function droppedBy(node: ts.Node): ts.Expression | undefined {
  if (ts.isVoidExpression(node)) return node.expression;
  return ts.isExpressionStatement(node) && !ts.isVoidExpression(node.expression)
    ? node.expression
    : undefined;
}

function floats(dropped: ts.Expression, checker: ts.TypeChecker): boolean {
  if (ts.isBinaryExpression(dropped) || isCaught(dropped)) return false;
  return isPromise(checker.getTypeAtLocation(dropped));
}

/** Whether it is `….catch(handler)`. */
function isCaught(expression: ts.Expression): boolean {
  return ts.isCallExpression(expression) && expression.arguments.length === 1 &&
    ts.isPropertyAccessExpression(expression.expression) &&
    expression.expression.name.text === "catch";
}

function isPromise(type: ts.Type): boolean {
  const parts = type.isUnion() ? type.types : [type];
  return parts.some((part) => part.getProperty("then") !== undefined);
}

function isClaimed(node: ts.Node, file: ts.SourceFile): boolean {
  if (!ts.isVoidExpression(node)) return false;
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return file.text.split("\n")[line - 1]?.includes(CLAIM) ?? false;
}

/** Asynchronous functions among the arguments, where the result of a function is dropped. */
function droppingCallbacks(call: ts.CallExpression, checker: ts.TypeChecker): ts.Node[] {
  const parameters = checker.getResolvedSignature(call)?.parameters ?? [];
  return call.arguments.filter((argument, i) => {
    const parameter = parameters[Math.min(i, parameters.length - 1)];
    if (parameter === undefined) return false;
    const given = checker.getTypeAtLocation(argument).getCallSignatures();
    if (!given.some((signature) => isPromise(signature.getReturnType()))) return false;
    const type = checker.getTypeOfSymbolAtLocation(parameter, call);
    const expected = (type.isUnion() ? type.types : [type])
      .flatMap((part) => part.getCallSignatures());
    return expected.length > 0 &&
      expected.every((signature) => (signature.getReturnType().flags & ts.TypeFlags.Void) !== 0);
  });
}
