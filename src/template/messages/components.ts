import { errorMessage, errorText } from "../../lib/error-text.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceRange } from "../../language/source.ts";
import { suggesting } from "../../language/suggestion.ts";
import type { ComponentKind } from "../../sdk/component.ts";
import type { BuildError } from "../../sdk/error.ts";
import type { Plugin } from "../../sdk/plugin.ts";
import type { Registry } from "../../sdk/registry.ts";
import { asSentence, error, warning, type Place } from "../diagnostics.ts";
import type { RequiredPlugin } from "../model.ts";
import { isLackedHere, isPackersOwn, pluginSourceOf, removalOf } from "../known-plugins.ts";

/** `{{ }}` that cannot be parsed or rendered. `hint` is a sentence, with the space before it. */
export const invalidTemplate = (message: string, place: Place, hint = ""): Diagnostic =>
  error("invalid-template", place, "Invalid template", `${asSentence(message)}${hint}`);

const words: { readonly [Kind in ComponentKind]: string } = {
  builder: "builder",
  provisioner: "provisioner",
  "post-processor": "post-processor",
  "data-source": "data source",
};

export function unknownType(
  kind: ComponentKind,
  type: string,
  registry: Registry,
  subject: SourceRange | undefined,
): Diagnostic {
  const word = words[kind];
  const missing = registry.missingPlugin?.(kind, type, subject);
  if (missing !== undefined) {
    return error(
      "missing-plugin",
      subject,
      "Missing plugin",
      `The ${word} "${type}" is of the plugin ${missing}, which is not installed.`,
    );
  }
  const code = `unknown-${kind}-type`;
  const known = registry.types(kind);
  const elsewhere = whyNotHere(kind, type, { known, plugins: registry.plugins });
  if (elsewhere !== undefined) return error(code, subject, `Unknown ${word} type`, elsewhere);
  const found = error(code, subject, `Unknown ${word} type`, `There is no ${word} of type "${type}".`);
  const otherwise = `\nThe ${word} types there are: ${[...known].sort().join(", ")}.`;
  return suggesting(found, { name: type, known, otherwise });
}

/** There, and no use: its plugin does not start, or does not say what it takes. */
export function unusableType(
  kind: ComponentKind,
  type: string,
  failure: BuildError,
  subject: SourceRange | undefined,
): Diagnostic {
  const { message, hint, cause } = failure;
  const reasons = [message, ...(cause instanceof Error ? [cause.message] : [])].map(asSentence);
  const detail = [reasons.join(" "), ...(hint === undefined ? [] : [hint])].join("\n");
  return error(`unusable-${kind}`, subject, `Unusable ${words[kind]}`, `${type}: ${detail}`);
}

interface Available {
  readonly known: readonly string[];
  readonly plugins: readonly Plugin[];
}

/** Undefined where no program has such a type. */
function whyNotHere(kind: ComponentKind, type: string, { known, plugins }: Available): string | undefined {
  const word = words[kind];
  const removed = removalOf(`${word} ${type}`);
  if (removed !== undefined) return `The ${word} "${type}" was removed from Packer. ${removed}`;
  if (isPackersOwn(type)) return `The ${word} "${type}" is part of Packer; imgbuild does not have it yet.`;
  const source = pluginSourceOf(type, plugins);
  if (isLackedHere(kind, type))
    return `The ${word} "${type}" belongs to the Packer plugin ${source}, and imgbuild has only other components of it.`;
  const isMisspelt = known.some((other) => prefixOf(other) === prefixOf(type));
  if (isMisspelt) return undefined;
  return source && `The ${word} "${type}" belongs to the Packer plugin ${source}, which imgbuild does not have.`;
}

function prefixOf(type: string): string {
  return type.split("-")[0]!;
}

export const otherPluginVersion = ({ source, version, range }: RequiredPlugin, ours: string): Diagnostic =>
  warning(
    "other-plugin-version",
    range,
    "Other version of a plugin",
    `The template asks for ${source} ${version}. imgbuild has these components itself, with the options of version ${ours}, and uses no other.`,
  );

export function misspeltPlugin({ source, range, sourceRange = range }: RequiredPlugin, meant: string): Diagnostic {
  const found = warning("unknown-plugin", sourceRange, "Unknown plugin", `No plugin "${source}" is known.`);
  return suggesting(found, { name: source, known: [meant] });
}

export function failedRead(address: string, failure: BuildError, subject: SourceRange): Diagnostic {
  const said = failure.cause === undefined ? errorMessage(failure) : errorText(failure);
  const parts = [`data.${address}: ${said}`];
  if (failure.hint !== undefined) parts.push(`\n${failure.hint}`);
  return error("data-source-failed", subject, "Data source could not be read", parts.join(""));
}
