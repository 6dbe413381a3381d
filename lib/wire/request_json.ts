/**
 * Checks the JSON of a request before the library reads it. That is lenient where a caller's mistake
 * would be decided on: it reads 9007199254740993 as …992, 1e3 and " 7" as numbers, base64 of any
 * alphabet, and takes of two equal keys the last. What is taken here means one thing.
 *
 * @module
 */

import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { isObject, type Json, kindOf, parseJson } from "./json_text.ts";
import { didYouMean, listNames } from "./names.ts";
import { OperatorError } from "./operator_error.ts";
import { Place } from "./place.ts";

const REQUEST = "request";
const UINT32_MAX = 0xffff_ffffn;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
const TIMESTAMP = "google.protobuf.Timestamp";

/** A place in the request, spelt out only if something is wrong there: a list may have millions. */
class Spot {
  readonly #parent: Spot | undefined;
  readonly #step: string | number;

  constructor(parent?: Spot, step: string | number = "") {
    this.#parent = parent;
    this.#step = step;
  }

  fail(what: string): never {
    return this.#place().fail(what);
  }

  #place(): Place {
    if (this.#parent === undefined) return new Place(REQUEST);
    const parent = this.#parent.#place();
    return typeof this.#step === "number" ? parent.item(this.#step) : parent.field(this.#step);
  }
}

/**
 * What is wrong with a request, in one line; undefined if nothing is that can be seen without
 * knowing what it is for.
 *
 * @param body UTF-8.
 *
 * @example
 * ```ts
 * import { requestFault } from "./request_json.ts";
 * import { ProposeRequestSchema } from "./gen/hetpaxos/v1/service_pb.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const fault = (text: string) =>
 *   requestFault(ProposeRequestSchema, new TextEncoder().encode(text));
 * assertEquals(fault('{"instance": "7", "value": "eA=="}'), undefined);
 * assertEquals(fault('{"Instance": "7"}'), 'Instance: unknown field; did you mean "instance"?');
 * ```
 */
export function requestFault(schema: DescMessage, body: Uint8Array): string | undefined {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return "is not UTF-8";
  }
  try {
    checkMessage(schema, parseJson(text, REQUEST, { integersOnly: true }), new Spot());
    return undefined;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return error.message.replace(/^request: /, "");
  }
}

function checkMessage(schema: DescMessage, json: Json, place: Spot): void {
  if (schema.typeName === TIMESTAMP) return checkTimestamp(json, place);
  if (!isObject(json)) return place.fail(`is ${kindOf(json)}; an object {…} is expected`);
  const given = new Set<DescField>();
  for (const [key, value] of Object.entries(json)) {
    const field = schema.fields.find(({ name, jsonName }) => key === jsonName || key === name);
    const here = new Spot(place, key);
    if (field === undefined) {
      const known = schema.fields.map(({ jsonName }) => jsonName);
      const list = known.length === 0 ? "none" : listNames(known, 16);
      return here.fail(`unknown field${didYouMean(key, known) || ` (known here: ${list})`}`);
    }
    if (given.has(field)) here.fail(`is the same field as ${field.jsonName}: keep one`);
    given.add(field);
    if (value !== null) checkField(field, value, here);
  }
}

function checkField(field: DescField, json: Json, place: Spot): void {
  if (field.fieldKind === "map") throw new TypeError(`no request has maps: ${field.name}`);
  if (field.fieldKind !== "list") return checkValue(field, json, place);
  if (!Array.isArray(json)) return place.fail(`is ${kindOf(json)}; a list […] is expected`);
  json.forEach((item, i) => checkValue(field, item, new Spot(place, i)));
}

function checkValue(field: DescField, json: Json, place: Spot): void {
  if (field.message !== undefined) return checkMessage(field.message, json, place);
  if (field.enum !== undefined) {
    const known = field.enum.values.some(({ name, number }) => name === json || number === json);
    return known ? undefined : place.fail(`is ${kindOf(json)}; a ${field.enum.name} is expected`);
  }
  switch (field.scalar) {
    case ScalarType.STRING:
      if (typeof json === "string" && json.isWellFormed()) return;
      return place.fail(`is ${kindOf(json)}; a string is expected`);
    case ScalarType.BOOL:
      return typeof json === "boolean"
        ? undefined
        : place.fail(`is ${kindOf(json)}; true or false is expected`);
    case ScalarType.BYTES:
      return isBase64(json) ? undefined : place.fail(
        `is ${kindOf(json)}; base64 is expected, with + and / and padding`,
      );
    case ScalarType.UINT32:
      return checkUnsigned(json, UINT32_MAX, place);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return checkUnsigned(json, UINT64_MAX, place);
    default:
      throw new TypeError(`no request has fields of scalar type ${field.scalar}`);
  }
}

function checkUnsigned(json: Json, most: bigint, place: Spot): void {
  const isNumber = typeof json === "number" && Number.isSafeInteger(json) && !Object.is(json, -0);
  const isDigits = typeof json === "string" && /^(0|[1-9]\d{0,19})$/.test(json);
  if (!isNumber && !isDigits) {
    return place.fail(`is ${kindOf(json)}; a whole number in plain digits is expected`);
  }
  const value = typeof json === "number" ? json : BigInt(json as string);
  if (value >= 0 && value <= most) return;
  place.fail(`is ${kindOf(json)}; a whole number from 0 to ${most} is expected`);
}

function checkTimestamp(json: Json, place: Spot): void {
  const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
  if (typeof json === "string" && pattern.test(json)) return;
  place.fail(`is ${kindOf(json)}; a time like "2026-11-28T06:51:06.874Z" is expected`);
}

/** Base64 that only one string of bytes has: standard alphabet, padded, no bits left over. */
function isBase64(json: Json): boolean {
  if (typeof json !== "string" || /\s/.test(json)) return false;
  try {
    Uint8Array.fromBase64(json, { lastChunkHandling: "strict" });
    return true;
  } catch {
    return false;
  }
}
