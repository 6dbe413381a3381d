/**
 * The paper, statement by statement: one test for each definition and for each sentence of the
 * acceptor's and the learner's algorithm. The tests stand in tests/paper, by subject.
 *
 * @module
 */

import "./paper/graph.ts";
import "./paper/messages.ts";
import "./paper/voting.ts";
import "./paper/acceptor.ts";
import "./paper/learner.ts";
import "./paper/termination.ts";
import "./paper/proposer.ts";
