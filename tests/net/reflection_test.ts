/**
 * The service by which gRPC's tools learn what a server offers.
 *
 * @module
 */

import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { assertEquals } from "@std/assert";
import {
  ServerReflection,
  type ServerReflectionResponse,
} from "../../lib/wire/gen/grpc/reflection/v1/reflection_pb.ts";
import { testUnless } from "../store/trying.ts";
import { missing } from "../e2e/tools.ts";
import { CAST, ECHO, sessionTo, startServer } from "./fixture.ts";

const SERVICE = "hetpaxos.v1.HetPaxosService";
const ALL = ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", SERVICE];

/** Names of the files that an answer has. */
function filesOf({ messageResponse: { case: kind, value } }: ServerReflectionResponse): string[] {
  if (kind !== "fileDescriptorResponse") return [];
  return value.fileDescriptorProto.map((bytes) =>
    fromBinary(FileDescriptorProtoSchema, bytes).name
  );
}

Deno.test("a server tells its services, and files with all that they import", async () => {
  await using server = await startServer({ handlers: ECHO });
  const { baseUrl, sessionManager } = sessionTo(server.port);
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl, sessionManager }));
  const asked = [
    { case: "listServices", value: "" },
    { case: "fileContainingSymbol", value: `${SERVICE}.GetStatus` },
    { case: "fileByFilename", value: "grpc/health/v1/health.proto" },
    { case: "fileContainingSymbol", value: "no.such.Thing" },
    { case: "allExtensionNumbersOfType", value: "hetpaxos.v1.Ballot" },
  ] as const;
  async function* requests() {
    for (const messageRequest of asked) yield { host: "h", messageRequest };
  }
  const answers: ServerReflectionResponse[] = [];
  for await (const answer of client.serverReflectionInfo(requests())) answers.push(answer);
  const [listed, service, health, ...failures] = answers;
  assertEquals(listed!.validHost, "h");
  assertEquals(
    listed!.messageResponse.case === "listServicesResponse" &&
      listed!.messageResponse.value.service.map(({ name }) => name).toSorted(),
    ALL,
  );
  assertEquals(filesOf(service!), [
    "hetpaxos/v1/service.proto",
    "google/protobuf/timestamp.proto",
    "hetpaxos/v1/consensus.proto",
  ]);
  assertEquals(filesOf(health!), ["grpc/health/v1/health.proto"]);
  assertEquals(
    failures.map(({ messageResponse: { case: kind, value } }) =>
      kind === "errorResponse" && value.errorCode
    ),
    [Code.NotFound, Code.NotFound],
  );
  sessionManager.close();
});

testUnless(missing("grpcurl"), "grpcurl lists and describes what a server offers", async () => {
  await using server = await startServer({ handlers: ECHO });
  const folder = await Deno.makeTempDir();
  try {
    const { certificatePem, privateKeyPem } = CAST.alice;
    await Deno.writeTextFile(`${folder}/cert`, certificatePem);
    await Deno.writeTextFile(`${folder}/key`, privateKeyPem);
    const run = async (...args: string[]) => {
      const flags = ["-insecure", "-cert", `${folder}/cert`, "-key", `${folder}/key`];
      const { stdout, stderr } = await new Deno.Command("grpcurl", {
        args: [...flags, `127.0.0.1:${server.port}`, ...args],
      }).output();
      return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    };
    assertEquals((await run("list")).trim().split("\n").toSorted(), ALL);
    assertEquals(
      (await run("describe", `${SERVICE}.GetStatus`)).includes("GetStatusResponse"),
      true,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
