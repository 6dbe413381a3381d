/**
 * Checks JSON against a protobuf schema, so that every mistake has a path. The library's own
 * reader would refuse the same mistakes, but does not say where in the file they are.
 *
 * @module
 */

import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { MemberSchema, QuorumSchema } from "../wire/gen/hetpaxos/v1/config_pb.ts";
import { isObject, type Json, type JsonObject, kindOf } from "../wire/json_text.ts";
import { didYouMean, listNames } from "../wire/names.ts";
import { type Place, quote } from "../wire/place.ts";

const UINT32_MAX = 0xffff_ffff;

/**
 * Checks that `json` has the shape of a message and returns it in plain protobuf JSON: in lists of
 * `Member`, a string becomes `{name}` and an object that is a threshold becomes `{quorum}`.
 * As in all protobuf JSON, null is the same as absent, and the schema's own spelling of a field
 * (`private_key`) is as good as the JSON one (`privateKey`).
 *
 * @throws OperatorError for an unknown field, a field given twice, or a wrong type.
 */
export function checkShape(schema: DescMessage, json: Json, place: Place): JsonObject {
  if (!isObject(json)) return place.fail(`is ${kindOf(json)}; an object {…} is expected`);
  const checked = new Map<string, Json>();
  for (const [key, value] of Object.entries(json)) {
    const field = schema.fields.find(({ name, jsonName }) => key === jsonName || key === name);
    const here = place.field(key);
    if (field === undefined) {
      const known = schema.fields.map(({ jsonName }) => jsonName);
      const hint = didYouMean(key, known) || ` (known here: ${listNames(known, 16)})`;
      return here.fail(`unknown field${hint}`);
    }
    if (checked.has(field.jsonName)) here.fail(`is the same field as ${field.jsonName}: keep one`);
    if (value !== null) checked.set(field.jsonName, checkField(field, value, here));
  }
  return Object.fromEntries(checked);
}

function checkField(field: DescField, json: Json, place: Place): Json {
  switch (field.fieldKind) {
    case "list": {
      if (!Array.isArray(json)) return place.fail(`is ${kindOf(json)}; a list […] is expected`);
      return json.map((item, i) => checkValue(elementOf(field), item, place.item(i)));
    }
    case "map": {
      if (!isObject(json)) return place.fail(`is ${kindOf(json)}; an object {…} is expected`);
      const element = elementOf(field);
      const entries = Object.entries(json);
      if (!entries.every(([key]) => key.isWellFormed())) place.fail("a key holds half a character");
      return Object.fromEntries(
        entries.map(([key, value]) => [key, checkValue(element, value, place.field(key))]),
      );
    }
    default:
      return checkValue(elementOf(field), json, place);
  }
}

interface Element {
  readonly message: DescMessage | undefined;
  readonly enum: DescEnum | undefined;
  readonly scalar: ScalarType | undefined;
}

function elementOf(field: DescField): Element {
  return { message: field.message, enum: field.enum, scalar: field.scalar };
}

function checkValue(element: Element, json: Json, place: Place): Json {
  if (element.message === MemberSchema) return checkMember(json, place);
  if (element.message !== undefined) return checkShape(element.message, json, place);
  if (element.enum !== undefined) return checkEnum(element.enum, json, place);
  switch (element.scalar) {
    case ScalarType.STRING:
      if (typeof json !== "string") return place.fail(`is ${kindOf(json)}; a string is expected`);
      return json.isWellFormed() ? json : place.fail("holds half a character (an unpaired \\uD8…)");
    case ScalarType.BOOL:
      if (typeof json !== "boolean") place.fail(`is ${kindOf(json)}; true or false is expected`);
      return json;
    case ScalarType.UINT32:
      return checkUint32(json, place);
    default:
      throw new TypeError(`the configuration has no fields of scalar type ${element.scalar}`);
  }
}

function checkMember(json: Json, place: Place): Json {
  if (typeof json === "string") return { name: json };
  if (!isObject(json)) {
    return place.fail(`is ${kindOf(json)}; a name or a threshold {"threshold", "of"} is expected`);
  }
  // The plain protobuf form, as other tools write it. A threshold has no such fields.
  if ("name" in json || "quorum" in json) {
    if (Object.keys(json).length > 1) place.fail("has a name and a quorum; keep one");
    return checkShape(MemberSchema, json, place);
  }
  return { quorum: checkShape(QuorumSchema, json, place) };
}

function checkEnum(schema: DescEnum, json: Json, place: Place): Json {
  const names = schema.values.map(({ name }) => name);
  if (typeof json === "string" && names.includes(json)) return json;
  if (typeof json === "number" && schema.values.some(({ number }) => number === json)) return json;
  const found = typeof json === "string" ? quote(json) : kindOf(json);
  return place.fail(`is ${found}; one of ${names.slice(1).join(", ")} is expected`);
}

function checkUint32(json: Json, place: Place): Json {
  const number = typeof json === "string" && /^\d{1,10}$/.test(json) ? Number(json) : json;
  if (typeof number !== "number") {
    return place.fail(`is ${kindOf(json)}; a whole number is expected`);
  }
  if (!Number.isInteger(number) || number < 0 || number > UINT32_MAX) {
    place.fail(`is ${number}; a whole number from 0 to ${UINT32_MAX} is expected`);
  }
  return number;
}
