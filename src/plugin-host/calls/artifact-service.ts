import type { Artifact } from "../../sdk/artifact.ts";
import type { RpcHandler, RpcRequest } from "../wire/rpc-server.ts";
import { asText, isMap, type WireValue } from "../wire/wire-value.ts";

/** Lends an artifact of ours to a plugin: answers the calls of the service `Artifact`. */
export function artifactService(artifact: Artifact): RpcHandler {
  return (request) => {
    if (request.service !== "Artifact" || !Object.hasOwn(methods, request.method)) return undefined;
    return methods[request.method]!(artifact, request);
  };
}

const methods: Readonly<Record<string, (artifact: Artifact, request: RpcRequest) => Promise<WireValue>>> = {
  BuilderId: ({ builderId }) => Promise.resolve(builderId),
  Id: ({ id }) => Promise.resolve(id),
  Files: ({ files }) => Promise.resolve(files),
  String: ({ description }) => Promise.resolve(description),
  State: ({ state }, { argument }) => {
    const name = asText(argument, "the name of a state");
    const value = Object.hasOwn(state, name) ? (state as Readonly<Record<string, unknown>>)[name] : null;
    return Promise.resolve(toWire(value));
  },
  Destroy: async (artifact, { signal }) => {
    await artifact.destroy(signal);
    return null;
  },
};

/** A JSON value as it travels. What JSON does not have (a function, a symbol) is nil. */
export function toWire(value: unknown): WireValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Uint8Array || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== "object") return null;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, toWire(item)]));
}

/** What arrived as a JSON value: bytes become text, times ISO 8601, large whole numbers decimal text. */
export function fromWire(value: WireValue): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item: WireValue) => fromWire(item));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromWire(item)]));
  return value;
}
