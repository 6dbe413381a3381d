/**
 * Entry of the program hetpaxos: all programs as sub-commands.
 *
 * @module
 */

import { defineGroup } from "./command.ts";
import { acceptor } from "./commands/acceptor.ts";
import { demo } from "./commands/demo.ts";
import { evidence } from "./commands/evidence.ts";
import { learner } from "./commands/learner.ts";
import { proposer } from "./commands/proposer.ts";
import { replay } from "./commands/replay.ts";
import { status } from "./commands/status.ts";
import { configCommand } from "./config.ts";
import { runMain } from "./exit.ts";

const hetpaxos = defineGroup({
  name: "hetpaxos",
  summary: "Heterogeneous Paxos",
  description:
    "Byzantine consensus among machines that not everybody trusts alike: every learner " +
    "decides by its own quorums, and pairs of learners say whose honesty their agreement rests on.",
}, [acceptor, learner, proposer, status, evidence, replay, configCommand, demo]);

await runMain("hetpaxos", (args) => hetpaxos.run("hetpaxos", args));
