/**
 * What hashes and signatures cost, by the platform's engine and by the one that runs anywhere, in
 * processor time: whatever else the machine does is not counted.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { cpuUsage } from "node:process";
import type { Engine } from "../lib/crypto/engine_port.ts";
import { NATIVE } from "../lib/crypto/native_engine.ts";
import { PORTABLE } from "../lib/crypto/portable_engine.ts";

/** About what is hashed and signed of an acceptor's message with five refs. */
const MESSAGE_BYTES = 320;

/** The longest value. */
const VALUE_BYTES = 1 << 20;

const MEASURE_US = 300_000;
const WARM_UP = 200;

/** Prints the table. */
export function benchCrypto(): void {
  console.log("engine     sign us  verify us  SHA3 us  SHA3 of 1 MiB ms");
  for (const [name, engine] of [["platform", NATIVE], ["portable", PORTABLE]] as const) {
    if (engine === undefined) console.log(`${name.padEnd(9)} skipped: there is none`);
    else console.log(name.padEnd(9), ...costs(engine));
  }
}

function costs(engine: Engine): string[] {
  const bytes = new Uint8Array(randomBytes(MESSAGE_BYTES));
  const value = new Uint8Array(VALUE_BYTES);
  const secret = new Uint8Array(randomBytes(32));
  const sign = engine.signerOf(secret);
  const key = engine.keyOf(engine.publicOf(secret));
  const signature = sign(bytes);
  return [
    microseconds(() => sign(bytes)).toFixed(1).padStart(8),
    microseconds(() => engine.verifyEd25519(key, bytes, signature)).toFixed(1).padStart(10),
    microseconds(() => engine.sha3Hex(bytes)).toFixed(1).padStart(8),
    (microseconds(() => engine.sha3Hex(value), 1) / 1e3).toFixed(1).padStart(17),
  ];
}

function microseconds(work: () => void, warmUp = WARM_UP): number {
  for (let i = 0; i < warmUp; i++) work();
  const used = () => {
    const { user, system } = cpuUsage();
    return user + system;
  };
  const begin = used();
  let [count, spent] = [0, 0];
  for (; spent < MEASURE_US; spent = used() - begin) {
    work();
    count++;
  }
  return spent / count;
}
