/**
 * The front door of the npm package: a client and what it needs. Acceptors and observers run under
 * Deno.
 *
 * @module
 */

export * from "../../lib/client/mod.ts";
export {
  type Configuration,
  loadConfiguration,
  readConfiguration,
} from "../../lib/config/configuration.ts";
export { loadCluster } from "../../lib/config/cluster_configuration.ts";
export { EXIT, type ExitStatus, OperatorError } from "../../lib/wire/operator_error.ts";
