import type { PluginProcess } from "../process/plugin-process.ts";
import { decodeConfigSpec, type ConfigSpec } from "../wire/config-spec.ts";
import { ProtocolError } from "../wire/wire-error.ts";
import { asBytes, asMap } from "../wire/wire-value.ts";

export interface AskOptions {
  readonly signal: AbortSignal;
  /** A plugin that takes longer is ended. Default 1 min for a schema, 5 min for a configuration, which may need a network. */
  readonly limitMs?: number | undefined;
}

export const PREPARE_LIMIT_MS = 5 * 60_000;

/** What a component takes, or gives. Only plugins that were started with `protobuf` say it in a form that is read here. */
export async function askSchema(
  plugin: PluginProcess,
  method: string,
  { signal, limitMs = 60_000 }: AskOptions,
): Promise<ConfigSpec> {
  const doing = "was asked for its options";
  const answer = asMap(await plugin.call(method, null, { doing, signal, limitMs }), method);
  const [bytes] = Object.values(answer);
  try {
    return decodeConfigSpec(asBytes(bytes, method));
  } catch (error) {
    if (error instanceof ProtocolError) throw await plugin.explain(error, doing);
    throw error;
  }
}
