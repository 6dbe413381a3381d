/**
 * Interrupts itself in the middle of endless work and prints how that ended.
 *
 * @module
 */

import { drive } from "../../cli/graph/drive.ts";

const driven = await drive(function* (effort) {
  Deno.kill(Deno.pid, "SIGINT");
  while (!effort.stopped) yield;
  return "what is known";
}, undefined);
console.log(JSON.stringify(driven));
