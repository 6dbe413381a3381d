/**
 * The reflection service by which gRPC's tools learn what this server offers.
 *
 * @module
 */

import { create, createRegistry, type DescFile, type Registry, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { file_grpc_health_v1_health } from "../wire/gen/grpc/health/v1/health_pb.ts";
import {
  ErrorResponseSchema,
  file_grpc_reflection_v1_reflection,
  FileDescriptorResponseSchema,
  ListServiceResponseSchema,
  type ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../wire/gen/grpc/reflection/v1/reflection_pb.ts";
import { file_hetpaxos_v1_service } from "../wire/gen/hetpaxos/v1/service_pb.ts";

/** What is served: these, and what they import. */
const SERVED: readonly DescFile[] = [
  file_grpc_health_v1_health,
  file_grpc_reflection_v1_reflection,
  file_hetpaxos_v1_service,
];

/** Answers of the service. What it tells is in this program's sources: the same for everybody. */
export function reflectionService(): ServiceImpl<typeof ServerReflection> {
  const files = [...new Set(SERVED.flatMap(withImports))];
  const registry = createRegistry(...files);
  return {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        yield create(ServerReflectionResponseSchema, {
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(request, files, registry),
        });
      }
    },
  };
}

function answer(
  { messageRequest: { case: kind, value } }: ServerReflectionRequest,
  files: readonly DescFile[],
  registry: Registry,
): ServerReflectionResponse["messageResponse"] {
  switch (kind) {
    case "listServices": {
      const service = files.flatMap(({ services }) =>
        services.map(({ typeName: name }) => ({ name }))
      );
      const response = create(ListServiceResponseSchema, { service });
      return { case: "listServicesResponse", value: response };
    }
    case "fileByFilename":
      return descriptors(files.find(({ proto }) => proto.name === value), value);
    case "fileContainingSymbol":
      return descriptors(fileWith(value, registry), value);
    default:
      return failure(Code.NotFound, "there are no extensions");
  }
}

/** The file that declares a name; that of a method or field is in its service's or message's. */
function fileWith(name: string, registry: Registry): DescFile | undefined {
  const declared = registry.get(name) ?? registry.get(name.slice(0, name.lastIndexOf(".")));
  return declared?.file;
}

function descriptors(
  file: DescFile | undefined,
  name: string,
): ServerReflectionResponse["messageResponse"] {
  if (file === undefined) return failure(Code.NotFound, `there is no ${JSON.stringify(name)}`);
  const fileDescriptorProto = withImports(file).map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto)
  );
  const response = create(FileDescriptorResponseSchema, { fileDescriptorProto });
  return { case: "fileDescriptorResponse", value: response };
}

function failure(
  errorCode: Code,
  errorMessage: string,
): ServerReflectionResponse["messageResponse"] {
  const value = create(ErrorResponseSchema, { errorCode, errorMessage });
  return { case: "errorResponse", value };
}

/** A file, and all that it imports, each once. */
function withImports(file: DescFile): DescFile[] {
  const all = new Set([file]);
  // What is found is looked at in turn while the set grows.
  for (const one of all) for (const imported of one.dependencies) all.add(imported);
  return [...all];
}
