import { onTestFinished } from "vitest";
import { createPluginHost, DEFAULT_COMPONENT, type StartOptions } from "../../../src/plugin-host/plugin-host.ts";
import type { PluginUi } from "../../../src/plugin-host/calls/ui-service.ts";
import type { PluginProcess } from "../../../src/plugin-host/process/plugin-process.ts";
import { startThread } from "../../../src/plugin-host/thread/start-thread.ts";
import { probePlugin } from "./probe.ts";

export const never = new AbortController().signal;

const names = { builder: DEFAULT_COMPONENT, provisioner: "guest", "post-processor": "stamp", datasource: "nested" };

/** Starts a component of the plugin in `test/plugin`. Stopped when the test ends. */
export async function startProbe(
  kind: keyof typeof names,
  env: Readonly<Record<string, string>> = {},
  more: Partial<StartOptions> & { readonly protobuf?: boolean } = {},
): Promise<PluginProcess> {
  const { protobuf = true, ...options } = more;
  const host = createPluginHost({ startThread });
  onTestFinished(() => host.close());
  const plugin = await host.start(
    { path: probePlugin(), plugin: "probe", kind, name: names[kind], protobuf },
    { env: { ...process.env, ...env }, cwd: process.cwd(), signal: never, ...options },
  );
  onTestFinished(() => plugin.stop());
  return plugin;
}

export interface RecordingUi extends PluginUi {
  readonly lines: readonly string[];
}

export function recordingUi(answer: () => Promise<string> = () => Promise.resolve("nobody")): RecordingUi {
  const lines: string[] = [];
  return {
    lines,
    say: (text) => void lines.push(`say ${text}`),
    error: (text) => void lines.push(`error ${text}`),
    machine: (category, args) => void lines.push(`machine ${category} ${args.join(",")}`),
    ask: (query) => {
      lines.push(`ask ${query}`);
      return answer();
    },
    trackProgress: ({ source, current, total }) => {
      let bytes = current;
      return {
        add: (more) => void (bytes += more),
        close: () => void lines.push(`transferred ${source} ${bytes} of ${total}`),
      };
    },
  };
}

/** Whether a process runs; one that waits to be collected does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const { identifyProcess } = await import("../../../src/lib/process-identity.ts");
  return (await identifyProcess(pid)) !== undefined;
}
