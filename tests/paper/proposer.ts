/**
 * PROTOCOL section 6: when a proposer offers what.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { checkValidity } from "../../lib/graph/validity.ts";
import { newProposer, type Pace, stepProposer } from "../../lib/core/proposer.ts";
import type { Message, Timestamp } from "../../lib/core/types.ts";
import { hashOf, proposalOf } from "../../lib/sim/ids.ts";
import { History, type NamedGraph, specOf } from "../oracle/builder.ts";
import { Driver } from "./driver.ts";

/** Where the tests' time begins; what came before is of the first seconds since 1970. */
const START = 1_000_000;

const at = (ms: number): Timestamp => ({
  seconds: Math.floor((START + ms) / 1e3),
  nanos: (START + ms) % 1e3 * 1e6,
});

const msOf = ({ seconds, nanos }: Timestamp) => seconds * 1e3 + nanos / 1e6 - START;

const FOUR_AND_THREE: NamedGraph = {
  acceptors: "A B C D E",
  learners: { X: 4, Y: 3 },
  agree: { "X X": 4, "X Y": 5, "Y Y": 5 },
};

/** A proposer of "own" that hears of messages and is woken when it asks to be. */
class Stage {
  readonly history: History;
  readonly #observer: Driver;
  readonly #graph;
  readonly state;
  readonly told: string[] = [];

  constructor(
    readonly pace: Pace,
    { named = FOUR_AND_THREE, serves = 0b11n }: { named?: NamedGraph; serves?: bigint } = {},
  ) {
    this.history = new History(named);
    this.#observer = new Driver(named);
    this.#graph = makeLearnerGraph(specOf(named));
    this.state = newProposer(hashOf("own"), serves, 0);
  }

  hear(...messages: readonly Message[]): void {
    this.#observer.receive(...messages);
  }

  /** Looks at a time. When it wants to be woken, or undefined. */
  step(ms: number): number | undefined {
    let wake: number | undefined;
    const effects = stepProposer(
      this.#graph,
      this.#observer.state,
      this.state,
      this.pace,
      at(ms),
      0.5,
    );
    for (const effect of effects) {
      if (effect.kind === "wake") wake = msOf(effect.at);
      else if (effect.kind === "starved") this.told.push(`starved ${effect.learners}`);
      else if (effect.kind === "done") this.told.push("done");
      else {
        const value = ["own", "other", "first", "second"]
          .find((name) => hashOf(name) === effect.ballot.valueHash);
        this.told.push(`${ms} ${value} for ${"XYZ"[effect.learner]}`);
        this.hear(proposalOf(effect.ballot));
      }
    }
    return wake;
  }

  /** Is woken whenever it wants to be, up to a time. What it did. */
  run(fromMs: number, untilMs: number): string[] {
    const before = this.told.length;
    for (let ms: number | undefined = fromMs; ms !== undefined && ms <= untilMs;) {
      const next: number | undefined = this.step(ms);
      assert(next === undefined || next > ms, `woken at ${ms}, wants to be woken at ${next}`);
      ms = next;
    }
    return this.told.slice(before);
  }
}

const windows = (members: number, position: number) => ({
  members,
  position,
  windowMsMin: 300,
  clockSkewMsMax: 1_000,
});

const offerAt = (ms: number, value: string) =>
  proposalOf({ ...at(ms), valueHash: hashOf(value), proposer: 0 });

Deno.test("Windows: three ballots, equally spaced, in each window that is one's turn", () => {
  const alone = new Stage(windows(1, 0));
  assertEquals(
    alone.run(0, 899),
    ["0", "100", "200"].map((ms) => `${ms} own for X`).concat(
      ["300", "500", "700"].map((ms) => `${ms} own for Y`),
    ),
  );
  // Windows of 300, 600, 900, 1200 ms: the second and the fourth are its own.
  const second = new Stage(windows(2, 1));
  assertEquals(
    second.run(0, 2_999),
    ["300", "500", "700"].map((ms) => `${ms} own for X`).concat(
      ["1800", "2200", "2600"].map((ms) => `${ms} own for Y`),
    ),
  );
});

Deno.test("Windows: they begin with the lowest ballot known, of whomever", () => {
  const stage = new Stage(windows(2, 1));
  stage.hear(offerAt(-200, "other"));
  assertEquals(stage.step(0), 100);
  stage.hear(offerAt(-500_000, "other"));
  assertEquals(stage.step(1), 800, "window 3, counted from the skew before it was heard of");
});

Deno.test("Windows: who comes late into a slot waits for the next", () => {
  const stage = new Stage(windows(1, 0));
  stage.hear(offerAt(-80, "own"));
  assertEquals(stage.step(0), 20);
  assertEquals(stage.told, []);
  assertEquals(stage.run(20, 100), ["20 own for X"]);
});

Deno.test("Windows: a ballot with another value that may still complete is waited for", () => {
  const stage = new Stage(windows(2, 1));
  assertEquals(stage.step(0), 300);
  stage.hear(offerAt(200, "other"));
  assertEquals(stage.step(250), 300);
  assertEquals(stage.step(300), 350, "half a slot after it was heard of");
  assertEquals(stage.run(350, 500), ["350 own for X", "500 own for X"]);
  stage.hear(offerAt(600, "own"));
  assertEquals(stage.run(690, 700), ["700 own for X"], "not for one's own value");
});

Deno.test("Windows: a stream of ballots cannot silence a proposer", () => {
  const stage = new Stage(windows(1, 0));
  for (let ms = 0; ms < 300; ms += 10) {
    stage.hear(offerAt(ms - 1, "other"));
    stage.step(ms);
  }
  assertEquals(stage.told, ["50 own for X", "150 own for X", "250 own for X"]);
});

Deno.test("Windows: nothing more once the learners have decided", () => {
  const stage = new Stage(windows(1, 0));
  const { history } = stage;
  const other = history.propose(1, "other");
  const { oneBs, twoAs } = history.round(other, "A B C D");
  stage.hear(other, ...oneBs);
  assertEquals(stage.run(0, 1_000).length > 0, true);
  stage.hear(...twoAs);
  assertEquals(stage.run(1_001, 9_000), ["done"]);
});

/** Y has decided "second", X never will. */
function starveX({ history }: Stage): Message[] {
  const first = history.propose(1, "first");
  const oneBs = ["A", "B", "C", "D"].map((signer) => history.send(signer, first));
  const locks = ["A", "B"].map((signer) => history.send(signer, ...oneBs));
  const second = history.propose(2, "second");
  const { oneBs: fresh, twoAs } = history.round(second, "C D E");
  return [first, ...oneBs, ...locks, second, ...fresh, ...twoAs];
}

const PACES: readonly Pace[] = [windows(1, 0), { backoffMsMin: 100, backoffMsMax: 1_000 }];

Deno.test("Starvation: a proposer says which learner is starved and does not serve it", () => {
  for (const pace of PACES) {
    const stage = new Stage(pace);
    stage.hear(...starveX(stage));
    assertEquals(stage.run(0, 9_000), ["starved 1"]);
    assertEquals(stage.state.starved, 0b01n);
    const served = new Stage(pace, { serves: 0b10n });
    served.hear(...starveX(served));
    assertEquals(served.run(0, 9_000), ["done"], "Y has decided");
    assertEquals(served.state.starved, 0n);
  }
});

Deno.test("Starvation: a proposer serves a learner again that somebody's being caught frees", () => {
  for (const pace of PACES) {
    const stage = new Stage(pace);
    stage.hear(...starveX(stage));
    assertEquals(stage.run(0, 9_000), ["starved 1"]);
    // E's second first message: the agreement of X and Y rested on all five.
    const other = stage.history.propose(3, "other");
    stage.hear(other, stage.history.sendAfter(undefined, "E", other));
    const told = stage.run(9_001, 12_000);
    assert(told.length > 1);
    assertEquals([...new Set(told.map((line) => line.replace(/^\d+ /, "")))], ["first for X"]);
  }
});

/** Of eight, X needs seven and Y five; three are bound to X's old value when Y decides another. */
const SEVEN_AND_FIVE: NamedGraph = {
  acceptors: "A B C D E F G H",
  learners: { X: 7, Y: 5 },
  agree: { "X X": 7, "X Y": 7, "Y Y": 7 },
};

Deno.test("Starvation: a proposer gives up a learner that nobody's being caught can free", () => {
  assertEquals(checkValidity(makeLearnerGraph(specOf(SEVEN_AND_FIVE))), undefined);
  for (const pace of PACES) {
    const stage = new Stage(pace, { named: SEVEN_AND_FIVE });
    const { history } = stage;
    const first = history.propose(1, "first");
    const oneBs = [..."ABCDEFG"].map((signer) => history.send(signer, first));
    const locks = [..."ABC"].map((signer) => history.send(signer, ...oneBs));
    const second = history.propose(2, "second");
    const { oneBs: fresh, twoAs } = history.round(second, "D E F G H");
    stage.hear(first, ...oneBs, ...locks, second, ...fresh, ...twoAs);
    assertEquals(stage.run(0, 9_000), ["starved 1", "done"]);
    assertEquals(stage.state.forGood, 0b01n);
  }
});

Deno.test("Starvation: a proposer goes on for those who are not starved", () => {
  for (const pace of [windows(1, 0), { backoffMsMin: 100, backoffMsMax: 1_000 }]) {
    const named: NamedGraph = {
      ...FOUR_AND_THREE,
      learners: { ...FOUR_AND_THREE.learners, Z: 5 },
      agree: { ...FOUR_AND_THREE.agree, "Z Z": 5 },
    };
    const stage = new Stage(pace, { named, serves: 0b101n });
    stage.hear(...starveX(stage));
    const told = stage.run(0, 5_000);
    assert(told.length > 3);
    assertEquals([...new Set(told.map((line) => line.replace(/^\d+ /, "")))], [
      "starved 1",
      "own for Z",
    ]);
  }
});

Deno.test("Values: if the highest 2a's leads to nothing, that of another learner's has its turn", () => {
  for (const pace of [windows(1, 0), { backoffMsMin: 10, backoffMsMax: 100 }]) {
    const stage = new Stage(pace);
    const { history } = stage;
    const first = history.propose(1, "first");
    const oneBs = ["A", "C", "D", "E"].map((signer) => history.send(signer, first));
    const locks = ["C", "E"].map((signer) => history.send(signer, ...oneBs));
    const second = history.propose(2, "second");
    const fresh = ["A", "B", "D"].map((signer) => history.send(signer, second));
    const highest = history.send("B", ...fresh);
    stage.hear(first, ...oneBs, ...locks, second, ...fresh, highest);
    const offers = stage.run(0, 20_000).slice(0, 15).map((line) => line.replace(/^[\d.]+ /, ""));
    const turns = ["second for X", "second for Y", "first for X", "first for Y", "second for X"];
    assertEquals(offers, turns.flatMap((turn) => [turn, turn, turn]));
  }
});

Deno.test("Back-off: the first ballot at once, then pauses that double", () => {
  const stage = new Stage({ backoffMsMin: 100, backoffMsMax: 300 });
  // Entropy is a half, so each pause is three quarters of its bound.
  assertEquals(
    stage.run(0, 700),
    ["0", "75", "225"].map((ms) => `${ms} own for X`).concat(
      ["450", "675"].map((ms) => `${ms} own for Y`),
    ),
  );
});
