/**
 * The rule that everything exported says what it means.
 *
 * @module
 */

import { isGenerated, relativePath } from "./paths.ts";

/**
 * Reports exported symbols of lib, cli and mod.ts, and public methods of exported classes, without
 * a docstring. `deno doc --lint` demands more, of the public surface only.
 */
export const docstrings: Deno.lint.Rule = {
  create(context) {
    const path = relativePath(context.filename);
    if (isGenerated(path) || !/^(lib\/|cli\/|mod\.ts$)/.test(path)) return {};
    const text = context.sourceCode.text;
    const demand = (node: Deno.lint.Node, what: string) => {
      if (hasDocstring(text, node.range[0])) return;
      context.report({ node, message: `${what} is exported and has no docstring` });
    };
    return {
      ExportNamedDeclaration(node) {
        const declaration = node.declaration;
        if (declaration) demand(node, nameOf(declaration) ?? "this");
        else if (!node.source && node.specifiers.length > 0) {
          context.report({ node, message: "export where it is declared, beside its docstring" });
        }
        if (declaration?.type !== "ClassDeclaration") return;
        for (const member of declaration.body.body) {
          if (member.type !== "MethodDefinition" || member.kind === "constructor") continue;
          if (member.accessibility === "private" || member.key.type !== "Identifier") continue;
          // What overrides is described where it is first declared.
          if (!member.override) demand(member, `${nameOf(declaration)}.${member.key.name}`);
        }
      },
      ExportDefaultDeclaration: (node) => demand(node, "the default export"),
    };
  },
};

/** Whether the last thing before `position`, decorators and blanks aside, is a docstring. */
function hasDocstring(text: string, position: number): boolean {
  const before = text.slice(0, position).trimEnd();
  if (!before.endsWith("*/")) return false;
  const comment = before.slice(before.lastIndexOf("/*"));
  return comment.startsWith("/**") && !comment.includes("@module") && /\w/.test(comment);
}

function nameOf(declaration: Deno.lint.Node): string | undefined {
  if (declaration.type === "VariableDeclaration") {
    const [first] = declaration.declarations;
    return first?.id.type === "Identifier" ? first.id.name : undefined;
  }
  if (!("id" in declaration) || !declaration.id) return undefined;
  const { id } = declaration;
  return typeof id === "object" && "type" in id && id.type === "Identifier" ? id.name : undefined;
}
