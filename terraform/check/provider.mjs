// A provider in the place of AWS': it knows from schema.json what types look like, and does nothing.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { provider, types } = JSON.parse(readFileSync(here("schema.json"), "utf8"));
const NESTING = { single: "SINGLE", list: "LIST", set: "SET" };

const block = ({ attributes, blocks }) => ({
  attributes: Object.entries(attributes).map(([name, [type, how]]) => ({
    name,
    type: Buffer.from(JSON.stringify(type)),
    required: how === "required",
    optional: how === "optional",
    computed: how === "computed" || (how === "optional" && computable),
  })),
  block_types: Object.entries(blocks).map(([name, [nesting, inner, least]]) => ({
    type_name: name,
    nesting: NESTING[nesting],
    block: block(inner),
    min_items: nesting === "single" ? 0 : least,
  })),
});
// What may be given, the provider may also fill in; but not in its own configuration.
let computable = false;
const providerSchema = { block: block(provider) };
computable = true;
const of = (data) =>
  Object.fromEntries(
    Object.entries(types)
      .filter(([name]) => name.startsWith("data.") === data)
      .map(([name, type]) => [name.replace(/^data\./, ""), { block: block(type) }]),
  );
const schema = { provider: providerSchema, resource_schemas: of(false), data_source_schemas: of(true) };

const { tfplugin6 } = grpc.loadPackageDefinition(loader.loadSync(here("tfplugin6.proto"), { keepCase: true, enums: String }));
const nothing = (_, done) => done(null, {});
const server = new grpc.Server();
server.addService(tfplugin6.Provider.service, {
  GetProviderSchema: (_, done) => done(null, schema),
  ValidateProviderConfig: nothing,
  ValidateResourceConfig: nothing,
  ValidateDataResourceConfig: nothing,
  StopProvider: nothing,
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (failed, port) => {
  if (failed) throw failed;
  // What terraform wants to know, in TF_REATTACH_PROVIDERS, of a provider that it did not start.
  const reach = { Protocol: "grpc", ProtocolVersion: 6, Pid: process.pid, Test: true, Addr: { Network: "tcp", String: `127.0.0.1:${port}` } };
  console.log(JSON.stringify({ "hashicorp/aws": reach }));
});
