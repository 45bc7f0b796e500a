import { compressionFormats } from "../../../../lib/compress/formats.ts";
import { defaultText, integer, late, text } from "../../../../sdk/schema/field.ts";
import { error, rule, warning } from "../../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigIssue, type ConfigOf, type DecodedFields } from "../../../../sdk/schema/schema.ts";
import { DEFAULT_FORMAT, endingOf, formatOfName, parseFormat, type OutputFormat } from "./format.ts";

const fields = {
  output: defaultText(
    late(
      ["BuildName", "BuilderType"],
      "Path of the file to write. Its ending chooses the format: `.tar`, `.zip`, a compression (`.gz`, `.bz2`, `.xz`, " +
        "`.lz4`, `.zst`, `.bgzf`) for a single file, or both (`.tar.gz`, `.tgz`). A template with `{{.BuildName}}` and " +
        "`{{.BuilderType}}`. A name without a known ending is a `.tar.gz`.",
    ).optional(),
    "`packer_{{.BuildName}}_{{.BuilderType}}`, without an ending as in Packer",
  ),
  format: text("The format, whatever the ending of `output`: `tar`, `zip`, `gz`, `tar.xz`, and so on.").optional(),
  compression_level: defaultText(
    integer(
      "How hard to compress, in the scale of the format; 0 stores without compressing where the format can. -1 means the default.",
    )
      .min(-1)
      .optional(),
    "the default of the format",
  ),
};

export const schema = defineSchema(fields, {
  rules: [
    rule(fields, ["format"], ({ format }) => formatIssues(format)),
    rule(fields, ["format", "output"], unwritableEnding),
    rule(fields, ["format", "output"], endingSaysFormat),
    rule(fields, ["format", "output", "compression_level"], levelInRange),
  ],
});

export type CompressConfig = ConfigOf<typeof schema>;

/** Decided from the arguments alone, so that `validate` and the run agree. */
export function outputFormat({ format, output }: Pick<CompressConfig, "format" | "output">): OutputFormat {
  if (format !== undefined) return parseFormat(format) ?? DEFAULT_FORMAT;
  return (output && formatOfName(output.text)) ?? DEFAULT_FORMAT;
}

function formatIssues(format: string | undefined): ConfigIssue[] {
  if (format === undefined || parseFormat(format)) return [];
  const names = [...Object.keys(compressionFormats), "tar", "zip", "tar.gz"].map((name) => `"${name}"`).join(", ");
  const detail = `"${format}" is not a format that imgbuild writes. Use one of ${names}, or another compression after "tar.".`;
  return [error("unknown-format", ["format"], "Unknown format", detail)];
}

/** Endings of formats that imgbuild does not write: a file named so would hold something else. */
const UNWRITABLE = /\.(7z|ace|arj|br|cab|lz|lzh|lzma|lzo|rar|sz|z|zipx)$/i;

function unwritableEnding({ format, output }: Pick<DecodedFields<typeof fields>, "format" | "output">): ConfigIssue[] {
  const ending = format === undefined && output && UNWRITABLE.exec(output.text)?.[1];
  if (!ending) return [];
  const detail = `imgbuild does not write .${ending} files; this one would be a .tar.gz under another name. Use an ending such as .tar.gz, .zip or .tar.xz, or say what it is with format.`;
  return [error("unknown-format", ["output"], "Unknown format", detail)];
}

/** With `format` a name may promise anything; who reads it later is misled by one that promises another format. */
function endingSaysFormat({ format, output }: Pick<DecodedFields<typeof fields>, "format" | "output">): ConfigIssue[] {
  const wanted = format === undefined ? undefined : parseFormat(format);
  if (!wanted || !output) return [];
  const promised = formatOfName(output.text);
  const other = UNWRITABLE.exec(output.text)?.[1] ?? (promised && endingOf(promised));
  if (other === undefined || other === endingOf(wanted)) return [];
  const detail = `The file is a .${endingOf(wanted)}, as format says, and its name promises a .${other}. Give it the ending .${endingOf(wanted)}, or remove format.`;
  return [warning("misleading-ending", ["output"], "Name of another format", detail)];
}

function levelInRange({ compression_level: level, ...named }: DecodedFields<typeof fields>): ConfigIssue[] {
  const scale = scaleOf(outputFormat(named));
  // Storing is always possible with an archive: it is the archive alone.
  if (level === undefined || level <= 0 || scale === undefined) return [];
  const { min, max } = scale.levels;
  if (level >= min && level <= max) return [];
  const detail = `compression_level must be from ${min} to ${max} for ${scale.name}, not ${level}.`;
  return [error("invalid-argument", ["compression_level"], "Invalid value", detail)];
}

/** What the level of a format means; `undefined` where it does not compress. */
function scaleOf({ archive, compression }: OutputFormat) {
  if (archive === "zip") return { name: "zip", levels: compressionFormats.gz.levels };
  return compression && { name: compression, levels: compressionFormats[compression].levels };
}
