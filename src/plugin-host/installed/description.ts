import { CommandError, runCommand } from "../../lib/process.ts";
import { programProblem } from "../process/check-program.ts";
import { startProblem } from "../process/plugin-failure.ts";

/** What a plugin says of itself. JSON data. */
export interface Description {
  readonly version: string;
  /** `x5.0`. */
  readonly api: string;
  readonly sdk: string;
  /** Whether schemas and values come in the second version of the protocol, the one that is read here. */
  readonly protobuf: boolean;
  readonly builders: readonly string[];
  readonly provisioners: readonly string[];
  readonly postProcessors: readonly string[];
  readonly dataSources: readonly string[];
}

export interface DescribeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const LIMIT_MS = 60_000;

/** Runs `BINARY describe`. Resolves to a sentence about what is wrong where it does not describe itself. */
export async function describePlugin(
  path: string,
  { env, signal }: DescribeOptions,
): Promise<Description | { readonly problem: string }> {
  const problem = await programProblem(path);
  if (problem !== undefined) return { problem };
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    const result = await runCommand(path, ["describe"], { env, signal: AbortSignal.any([signal, limit]) });
    const said = result.stderr.trim().split("\n").at(-1);
    if (result.code !== 0)
      return { problem: `Asked to describe itself it fails with exit code ${result.code}: ${said}` };
    return parseDescription(result.stdout);
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) return { problem: `Asked to describe itself it does not answer within ${LIMIT_MS / 1000} s.` };
    return { problem: startProblem(error instanceof CommandError ? error.cause : error) };
  }
}

/** Reads the line of JSON. Source: Packer's SDK, `plugin/set.go`. */
function parseDescription(text: string): Description | { readonly problem: string } {
  const fields = parseObject(text);
  if (!fields) return { problem: "What it says when it is asked to describe itself is no description." };
  const { version, api_version: api, sdk_version: sdk, protocol_version: protocol } = fields;
  if (typeof version !== "string" || typeof api !== "string") {
    return { problem: "It does not say its version when it is asked to describe itself." };
  }
  return {
    version,
    api,
    sdk: typeof sdk === "string" ? sdk : "",
    protobuf: protocol === "v2",
    builders: names(fields["builders"]),
    provisioners: names(fields["provisioners"]),
    postProcessors: names(fields["post_processors"]),
    dataSources: names(fields["datasources"]),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}
