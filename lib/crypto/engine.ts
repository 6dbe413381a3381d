/**
 * Who computes hashes and signatures: the platform, where it does so at once (Deno and Node), or a
 * library that runs anywhere, which is loaded only then.
 *
 * @module
 */

import type { Engine } from "./engine_port.ts";
import { NATIVE } from "./native_engine.ts";

/** The one in use. */
export const ENGINE: Engine = NATIVE ?? (await import("./portable_engine.ts")).PORTABLE;
