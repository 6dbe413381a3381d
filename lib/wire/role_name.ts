/**
 * Roles of processes, by name.
 *
 * @module
 */

import { Role } from "./gen/hetpaxos/v1/consensus_pb.ts";

/** A role as people call it; `unknown` for one that is not known here. */
export function roleName(role: Role): string {
  return (Role[role] ?? "unknown").toLowerCase();
}
