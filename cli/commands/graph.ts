/**
 * `hetpaxos graph`: judges learner graphs before anything runs by them.
 *
 * @module
 */

import { type Command, defineGroup, lazyCommand } from "../command.ts";

/** Questions about learner graphs. */
export const graph: Command = defineGroup({
  name: "graph",
  summary: "Know what a learner graph promises, and what it takes to break it",
  description:
    "Judges learner graphs, those of configurations and those without addresses or keys: whether " +
    "every promise can be kept, who can stop or deceive whom, and what becomes of it when " +
    "acceptors fail. It also makes graphs, and pictures of them.",
}, [
  lazyCommand(
    "check",
    "say whether a graph is valid, and who can stop or deceive whom",
    async () => (await import("./graph_check.ts")).graphCheck,
  ),
  lazyCommand(
    "what-if",
    "say who still decides and agrees when acceptors are down or lie",
    async () => (await import("./graph_what_if.ts")).graphWhatIf,
  ),
  lazyCommand(
    "derive",
    "make safe sets of quorums, or a graph of what is to be tolerated",
    async () => (await import("./graph_derive.ts")).graphDerive,
  ),
  lazyCommand(
    "import",
    "make a graph of a network whose nodes publish quorum sets",
    async () => (await import("./graph_import.ts")).graphImport,
  ),
  lazyCommand(
    "draw",
    "make a picture: SVG, DOT, Mermaid, or a table",
    async () => (await import("./graph_draw.ts")).graphDraw,
  ),
]);
