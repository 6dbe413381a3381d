/**
 * Configuration files of the shape that the Rust reference writes run as they are.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import { ROOT } from "../../scripts/lint/paths.ts";
import { listening } from "./cluster.ts";
import { succeeds, valuesOf } from "./expect.ts";
import { e2e, type Stage } from "./stage.ts";

const FIXTURES = [0, 1, 2, 3].map((i) => `${ROOT}/tests/fixtures/reference_${i}_config.json`);
const BASE_PORT = 8700;

function areFree(): boolean {
  try {
    for (let i = 0; i < FIXTURES.length; i++) {
      Deno.listen({ hostname: "127.0.0.1", port: BASE_PORT + i }).close();
    }
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** The very files; with other ports, and nothing else changed, if somebody uses theirs. */
async function files(stage: Stage): Promise<readonly string[]> {
  if (areFree()) return FIXTURES;
  const base = freePorts(FIXTURES.length);
  console.log(`ports ${BASE_PORT} to ${BASE_PORT + 3} are in use: trying ${base} and following`);
  return await Promise.all(FIXTURES.map(async (path, i) => {
    const text = await Deno.readTextFile(path);
    const other = text.replaceAll(
      /"port": 870([0-3])/g,
      (_, digit) => `"port": ${base + Number(digit)}`,
    );
    return await stage.write(`reference_${i}.json`, other);
  }));
}

Deno.test(e2e(
  import.meta.url,
  "the reference's P-256 configurations run, from files and from standard input",
  async (stage) => {
    const paths = await files(stage);
    const texts = await Promise.all(paths.map((path) => Deno.readTextFile(path)));
    assertEquals(texts.map((text) => text.includes('"publicKey"')), [false, false, true, true]);
    const acceptors = [
      stage.start("acceptor", ["--volatile", paths[0]!]),
      stage.start("acceptor", ["--volatile"], { input: texts[1]! }),
      stage.start("acceptor", ["--volatile", paths[2]!]),
      stage.start("acceptor", ["--volatile", "-"], { input: texts[3]! }),
    ];
    await Promise.all(acceptors.map(listening));
    const learner = stage.start("learner", ["--once"], { input: texts[2]! });
    const proposer = stage.start("proposer", [paths[3]!]);
    for (const program of [learner, proposer]) {
      const decisions = await succeeds(program);
      assertEquals(decisions.map(({ learner }) => learner), ["Eve"]);
      assertEquals(valuesOf(decisions), ["my_proposal_3"]);
    }
    for (const acceptor of acceptors) {
      assertEquals(valuesOf(await acceptor.decisions()), ["my_proposal_3"]);
    }
  },
));
