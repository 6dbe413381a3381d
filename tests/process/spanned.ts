/**
 * An acceptor that decides one value, and whose spans Deno exports.
 *
 * @module
 */

import { startAcceptor } from "../../lib/process/process.ts";
import { callSolo, makeSolo } from "./solo.ts";

const configurations = await makeSolo();
const running = await startAcceptor({
  ...{ configuration: configurations[0]!, log: () => {}, agent: "test 1" },
});
const value = new TextEncoder().encode("blue");
await callSolo(
  configurations,
  (client, signal) => client.propose({ instance: 7n, value, learners: [] }, signal),
);
await running.stop();
