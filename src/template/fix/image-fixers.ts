import type { Fixer } from "./fixer.ts";
import { isRecord, type JsonRecord, type LegacyDocument } from "./legacy-document.ts";

/** Installation images, their checksums, disks, and the names of what is made. */
export const imageFixers: readonly Fixer[] = [
  {
    name: "iso-md5",
    summary: 'Replaces "iso_md5" in builders with "iso_checksum".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders()) {
        if (!document.has(builder, "iso_md5", "string")) continue;
        const digits = String(builder["iso_md5"]);
        document.replace(builder, "iso_md5", "iso_checksum", digits === "" ? "" : `md5:${digits}`);
      }
    },
  },
  {
    name: "iso-checksum-type-and-url",
    summary: 'Puts "iso_checksum_type" and "iso_checksum_url" into "iso_checksum".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders()) foldChecksum(builder, document);
    },
  },
  {
    name: "createtime",
    summary: 'Replaces "{{.CreateTime}}" in names of images with "{{timestamp}}".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders()) {
        for (const key of ["ami_name", "bundle_prefix", "snapshot_name"]) {
          const value = builder[key];
          if (typeof value !== "string" || !createTime.test(value)) continue;
          document.rewrite(
            builder,
            key,
            value.replaceAll(createTime, "{{timestamp}}"),
            "use {{timestamp}} for {{.CreateTime}}",
          );
        }
      }
    },
  },
  {
    name: "clean-image-name",
    summary: 'Replaces "clean_image_name" and "clean_ami_name" in builders with "clean_resource_name".',
    appliesOnLoad: false,
    fix(document) {
      for (const builder of document.builders()) {
        for (const [key, value] of Object.entries(builder)) {
          const renamed = typeof value === "string" ? renameCleaner(value) : mapTexts(value, renameInActions);
          if (JSON.stringify(renamed) !== JSON.stringify(value))
            document.rewrite(builder, key, renamed, "use clean_resource_name");
        }
      }
    },
  },
  {
    name: "qemu-disk-size",
    summary: 'Writes "disk_size" of QEMU builders as a text with its unit.',
    appliesOnLoad: false,
    fix(document) {
      for (const builder of document.builders("qemu")) {
        const size = builder["disk_size"];
        if (typeof size === "number") document.rewrite(builder, "disk_size", `${Math.trunc(size)}M`, "write the unit");
      }
    },
  },
];

const createTime = /\{\{\s*\.CreateTime\s*\}\}/g;
const action = /\{\{[\s\S]*?\}\}/g;
const oldCleaner = /clean_(?:image|ami)_name/g;

/** Wherever the name stands in an argument of the builder, as in Packer; within its lists and blocks only in `{{ }}`. */
const renameCleaner = (text: string): string => text.replaceAll(oldCleaner, "clean_resource_name");
const renameInActions = (text: string): string => text.replaceAll(action, renameCleaner);

function foldChecksum(builder: JsonRecord, document: LegacyDocument): void {
  const { iso_checksum: checksum, iso_checksum_type: type, iso_checksum_url: url } = builder;
  if (type === undefined && url === undefined) return;
  document.remove(
    builder,
    "iso_checksum_type",
    'write the type before the digits, as in "iso_checksum": "sha256:DIGITS"',
  );
  document.remove(builder, "iso_checksum_url", 'use "iso_checksum": "file:URL"');
  const isNone = typeof type === "string" && document.resolve(type) === "none";
  if (typeof url === "string" && url !== "") builder["iso_checksum"] = url.startsWith("file:") ? url : `file:${url}`;
  else if (isNone) builder["iso_checksum"] = "none";
  else if (
    typeof type === "string" &&
    type !== "" &&
    typeof checksum === "string" &&
    checksum !== "" &&
    !document.resolve(checksum).includes(":")
  ) {
    builder["iso_checksum"] = `${type}:${checksum}`;
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}
