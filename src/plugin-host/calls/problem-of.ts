import type { PluginProcess } from "../process/plugin-process.ts";
import { RefusedByPlugin } from "../process/refused-by-plugin.ts";
import type { WireValue } from "../wire/wire-value.ts";
import { PREPARE_LIMIT_MS, type AskOptions } from "./schema-call.ts";

/** A call that answers nothing where all is well, and fails with a text about the configuration where it is not. */
export async function problemOf(
  plugin: PluginProcess,
  method: string,
  { argument, options }: { readonly argument: WireValue; readonly options: AskOptions },
): Promise<string | undefined> {
  const { signal, limitMs = PREPARE_LIMIT_MS } = options;
  try {
    await plugin.call(method, argument, { doing: "checked its configuration", signal, limitMs });
    return undefined;
  } catch (error) {
    if (error instanceof RefusedByPlugin) return error.message;
    throw error;
  }
}
