/**
 * The program hetpaxos: all programs as sub-commands, each loaded when it is run.
 *
 * @module
 */

import { type Command, defineGroup, lazyCommand } from "./command.ts";

/** The command. */
export const hetpaxos: Command = defineGroup({
  name: "hetpaxos",
  summary: "Heterogeneous Paxos",
  description:
    "Byzantine consensus among machines that not everybody trusts alike: every learner " +
    "decides by its own quorums, and pairs of learners say whose honesty their agreement rests on.",
}, [
  lazyCommand(
    "acceptor",
    "Vote: serve peers, answer proposals, sign",
    async () => (await import("./commands/acceptor.ts")).acceptor,
  ),
  lazyCommand(
    "learner",
    "Watch: print what each learner decides",
    async () => (await import("./commands/learner.ts")).learner,
  ),
  lazyCommand(
    "proposer",
    "Propose: offer a value until it, or another, is decided",
    async () => (await import("./commands/proposer.ts")).proposer,
  ),
  lazyCommand(
    "get",
    "Ask what was decided in one instance",
    async () => (await import("./commands/get.ts")).get,
  ),
  lazyCommand(
    "log",
    "Append to the log, read it, prove what is in it",
    async () => (await import("./log.ts")).logCommand,
  ),
  lazyCommand(
    "explain",
    "Why a learner has or has not decided",
    async () => (await import("./commands/explain.ts")).explain,
  ),
  lazyCommand(
    "status",
    "Ask all acceptors how they are",
    async () => (await import("./commands/status.ts")).status,
  ),
  lazyCommand(
    "console",
    "See trust, votes and reasons in a browser",
    async () => (await import("./commands/console.ts")).console,
  ),
  lazyCommand(
    "evidence",
    "Prove to others that an acceptor equivocated",
    async () => (await import("./commands/evidence.ts")).evidence,
  ),
  lazyCommand(
    "replay",
    "Run recorded steps again and tell what differs",
    async () => (await import("./commands/replay.ts")).replay,
  ),
  lazyCommand(
    "config",
    "Make and check configuration files",
    async () => (await import("./config.ts")).configCommand,
  ),
  lazyCommand(
    "graph",
    "Know what a learner graph promises, and what it takes to break it",
    async () => (await import("./commands/graph.ts")).graph,
  ),
  lazyCommand(
    "key",
    "Make an identity: a private key, and a card for the others",
    async () => (await import("./key.ts")).keyCommand,
  ),
  lazyCommand(
    "cluster",
    "Run clusters on this machine that stay up, to try things out",
    async () => (await import("./cluster.ts")).clusterCommand,
  ),
  lazyCommand(
    "demo",
    "Start clusters on this machine and watch them decide",
    async () => (await import("./commands/demo.ts")).demo,
  ),
  lazyCommand(
    "completions",
    "Print what makes a shell complete commands and flags",
    async () => (await import("./commands/completions.ts")).completions,
  ),
  lazyCommand(
    "man",
    "Print the manual page",
    async () => (await import("./commands/completions.ts")).man,
  ),
]);
