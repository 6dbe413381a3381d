/**
 * Lists of nodes and organizations as Stellar's network explorers publish them.
 *
 * @module
 */

import type { QuorumSet, StellarNode, StellarOrganization } from "../graph/stellar.ts";
import { isObject, type Json, kindOf, parseJson } from "../wire/json_text.ts";
import { Place } from "../wire/place.ts";

/** Nested quorum sets deeper than this are refused. */
const DEPTH_MAX = 16;

/**
 * Reads nodes: a JSON array of objects with `publicKey`, and perhaps `name` and `quorumSet`.
 *
 * @throws OperatorError with the path of the first mistake.
 */
export function parseNodes(text: string, file: string): StellarNode[] {
  const keys = new Set<string>();
  return listOf(text, file).map(([node, place]) => {
    const publicKey = textField(node, "publicKey", place);
    if (keys.has(publicKey)) place.field("publicKey").fail("is that of an earlier node too");
    keys.add(publicKey);
    const { name, quorumSet } = node;
    return {
      publicKey,
      name: typeof name === "string" ? name : undefined,
      quorumSet: quorumSet === undefined || quorumSet === null
        ? undefined
        : quorumSetOf(quorumSet, place.field("quorumSet"), DEPTH_MAX),
    };
  });
}

/**
 * Reads organizations: a JSON array of objects with `name` (or `id`) and `validators`.
 *
 * @throws OperatorError with the path of the first mistake.
 */
export function parseOrganizations(text: string, file: string): StellarOrganization[] {
  return listOf(text, file).map(([organization, place]) => ({
    name: textField(organization, "name" in organization ? "name" : "id", place),
    validators: keysOf(organization.validators, place.field("validators")),
  }));
}

function listOf(text: string, file: string): [Readonly<Record<string, Json>>, Place][] {
  const root = new Place(file);
  const json = parseJson(text, file);
  if (!Array.isArray(json)) return root.fail(`is ${kindOf(json)}; a list […] is expected`);
  return json.map((each, i) => {
    if (!isObject(each)) return root.item(i).fail(`is ${kindOf(each)}; an object {…} is expected`);
    return [each, root.item(i)];
  });
}

function textField(object: Readonly<Record<string, Json>>, field: string, place: Place): string {
  const value = object[field];
  if (typeof value === "string" && value !== "") return value;
  return place.field(field).fail(value === undefined ? "is missing" : "is no text");
}

function keysOf(json: Json | undefined, place: Place): string[] {
  if (!Array.isArray(json)) return place.fail("is missing, or no list […]");
  const keys = json.map((key, i) =>
    typeof key === "string" ? key : place.item(i).fail("is no text")
  );
  return [...new Set(keys)];
}

function quorumSetOf(json: Json, place: Place, depth: number): QuorumSet {
  if (!isObject(json)) return place.fail(`is ${kindOf(json)}; an object {…} is expected`);
  if (depth === 0) place.fail(`is nested more than ${DEPTH_MAX} deep`);
  const { threshold, validators, innerQuorumSets = [] } = json;
  if (typeof threshold !== "number") {
    return place.field("threshold").fail("is missing, or no number");
  }
  const inner = place.field("innerQuorumSets");
  if (!Array.isArray(innerQuorumSets)) return inner.fail("is no list […]");
  return {
    threshold,
    validators: keysOf(validators, place.field("validators")),
    innerQuorumSets: innerQuorumSets.map((set, i) => quorumSetOf(set, inner.item(i), depth - 1)),
  };
}
