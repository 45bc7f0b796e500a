import { resolve } from "node:path";
import { writeUserFile } from "../../lib/user-file.ts";
import type { Host } from "../../sdk/host.ts";
import { hasErrors } from "../../language/diagnostic.ts";
import { registry } from "../../registry.ts";
import { writeFailure } from "../../sdk/write-failure.ts";
import { displayPath } from "../../template/files/template-files.ts";
import { pluginSourceOf } from "../../template/known-plugins.ts";
import { provisionersOf, type LegacyTemplate } from "../../template/json/legacy-template.ts";
import { createUpgradeOptions } from "../../template/upgrade/upgrade-options.ts";
import { upgradeTemplate } from "../../template/upgrade/upgrade-template.ts";
import { createRedactor } from "../../ui/redact.ts";
import {
  booleanFlag,
  defineCommand,
  EXIT,
  exitCode,
  textFlag,
  type CommandContext,
  type FlagValues,
} from "../command.ts";
import { interruptible } from "../interruptible.ts";
import type { HostedType } from "../plugins/hosted-components.ts";
import { withPluginRoom } from "../plugins/plugin-room.ts";
import { withHosted } from "../plugins/with-hosted.ts";
import { printDiagnostics } from "../print-diagnostics.ts";
import { readLegacyInput } from "../read-legacy-input.ts";
import { templateFlags } from "../template-flags.ts";

const flags = {
  ...templateFlags,
  "output-file": textFlag("FILE", "Where to write the result; TEMPLATE.pkr.hcl by default, - for standard output."),
  "with-annotations": booleanFlag("Explain the parts of the result in comments."),
};

/** `imgbuild hcl2_upgrade`: a legacy JSON template as HCL2. */
export const command = defineCommand({
  name: "hcl2_upgrade",
  summary: "Turn a JSON template into HCL2",
  examples: [
    { command: "imgbuild hcl2_upgrade old.json", explains: "Write old.json.pkr.hcl" },
    {
      command: "imgbuild hcl2_upgrade -output-file=web.pkr.hcl -with-annotations old.json",
      explains: "Another name, with comments",
    },
  ],
  arguments: [{ name: "template", description: "A legacy .json template. It is not changed." }],
  flags,
  notes: [
    "Old forms are fixed on the way, as by imgbuild fix. Calls of functions in {{ }} become ${ }; values that are known only while building, such as {{ .Vars }}, stay.",
    "A variable whose default is worked out from others becomes a local value, which cannot be set with -var.",
  ],
  run: (context, { positional: [path = ""], flags: given }) =>
    interruptible(context.process, (signal) => upgrade(context, { path, given, signal })),
});

interface Upgrading {
  readonly path: string;
  readonly given: FlagValues<typeof flags>;
  readonly signal: AbortSignal;
}

async function upgrade(context: CommandContext, { path, given, signal }: Upgrading): Promise<number> {
  const { host } = context;
  const redactor = createRedactor();
  context.onRedactor(redactor);
  const input = await readLegacyInput(host, path, redactor);
  if (!input) return EXIT.failed;
  printDiagnostics(host, input.problems, redactor);
  if (hasErrors(input.problems)) return EXIT.failed;
  const { template } = input.fixed;
  const isBuiltIn = (type: string): boolean => registry.types("builder").includes(type);
  const { text, unknown } = await withPluginRoom(host, signal, async (room) => {
    const hosted = usesOthers(template) ? await room.list() : [];
    const known = withHosted(registry, hosted);
    const pluginSource = (type: string): string | undefined => sourceOf(type, hosted);
    const withAnnotations = given["with-annotations"];
    const options = await createUpgradeOptions(template, { registry: known, pluginSource, host, withAnnotations });
    return {
      text: upgradeTemplate(template, options),
      unknown: typesOf(template.builders).filter((type) => !isBuiltIn(type) && pluginSource(type) === undefined),
    };
  });
  const output = given["output-file"] ?? `${path}.pkr.hcl`;
  if (output === "-") host.stdout.write(text);
  else await writeResult(host, output, text);
  if (unknown.length > 0) host.stderr.write(unknownBuilders(unknown));
  return exitCode(unknown.length === 0);
}

const typesOf = (items: readonly { readonly type?: unknown }[]): readonly string[] => [
  ...new Set(items.map(({ type }) => String(type))),
];

/** Whether anything in it is not built in: only then plugins are looked at. */
function usesOthers(template: LegacyTemplate): boolean {
  const { builders, chains } = template;
  const uses = [
    ["builder", builders],
    ["provisioner", provisionersOf(template)],
    ["post-processor", chains.flat()],
  ] as const;
  return uses.some(([kind, items]) => typesOf(items).some((type) => !registry.types(kind).includes(type)));
}

/** Of the plugin that has the component here, else of the one that is known to have it. */
function sourceOf(type: string, hosted: readonly HostedType[]): string | undefined {
  const installed = hosted.find((one) => one.type === type && one.kind !== "data-source");
  return pluginSourceOf(type, registry.plugins) ?? installed?.source;
}

const unknownBuilders = (types: readonly string[]): string =>
  `Neither imgbuild nor a plugin it knows of has the builder ${types.join(", ")}. Its sources were written as they stand.\n`;

async function writeResult(host: Host, path: string, text: string): Promise<void> {
  const absolute = resolve(host.cwd, path);
  const shown = displayPath(absolute, host.cwd);
  const target = await writeUserFile(absolute, text).catch(async (cause: unknown) => {
    throw await writeFailure(absolute, cause, { shown });
  });
  // A pipe or a device may be our own standard output, which is to hold the template alone.
  if (target.kind === "replace") host.stdout.write(`Successfully created ${shown}\n`);
}
