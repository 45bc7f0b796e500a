import { renameType, type Fixer } from "./fixer.ts";
import { isRecord } from "./legacy-document.ts";

/** Provisioners, post-processors, and clouds with a single fix. */
export const otherFixers: readonly Fixer[] = [
  {
    name: "scaleway-access-key",
    summary: 'Renames "access_key" of Scaleway builders to "organization_id".',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("scaleway")) document.rename(builder, "access_key", "organization_id");
    },
  },
  {
    name: "manifest-filename",
    summary: 'Renames "filename" of the manifest post-processor to "output".',
    appliesOnLoad: true,
    fix(document) {
      for (const processor of document.postProcessors("manifest"))
        document.rename(processor, "filename", "output", { overwrite: true, kind: "string" });
    },
  },
  {
    name: "docker-email",
    summary: 'Removes "login_email" from Docker builders and from post-processors.',
    appliesOnLoad: true,
    fix(document) {
      for (const owner of [...document.builders("docker"), ...document.postProcessors()])
        document.remove(owner, "login_email", "it has no effect");
    },
  },
  {
    name: "docker-tag-tags",
    summary: 'Renames "tag" of the docker-tag post-processor to the list "tags".',
    appliesOnLoad: true,
    fix(document) {
      for (const processor of document.postProcessors("docker-tag")) {
        const { tag, tags } = processor;
        if (tag === undefined && typeof tags !== "string") continue;
        const list = [...new Set([...listOf(tag ?? []), ...listOf(tags ?? [])])];
        if (tag === undefined) document.rewrite(processor, "tags", list, "write a list");
        else document.replace(processor, "tag", "tags", list);
      }
    },
  },
  {
    name: "powershell-escapes",
    summary:
      "Removes PowerShell's escapes from environment variables, user and password of the powershell provisioner.",
    appliesOnLoad: false,
    fix(document) {
      for (const provisioner of document.provisioners("powershell")) {
        for (const key of ["elevated_user", "elevated_password"]) {
          if (key in provisioner) provisioner[key] = unescape(provisioner[key]);
        }
        const variables = provisioner["environment_vars"];
        if (Array.isArray(variables)) provisioner["environment_vars"] = variables.map(unescape);
      }
    },
  },
  {
    name: "galaxy-command",
    summary: 'Renames "galaxycommand" of the ansible-local provisioner to "galaxy_command".',
    appliesOnLoad: true,
    fix(document) {
      for (const provisioner of document.provisioners("ansible-local"))
        document.rename(provisioner, "galaxycommand", "galaxy_command", { kind: "string" });
    },
  },
  {
    name: "azure-exclude_from_latest",
    summary: 'Corrects the spelling of "exclude_from_latest" in "shared_image_destination" of Azure builders.',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("azure-")) {
        const destination = builder["shared_image_destination"];
        if (isRecord(destination))
          document.rename(destination, "exlude_from_latest", "exclude_from_latest", { overwrite: true });
      }
    },
  },
  renameType("proxmox-type", "proxmox", "proxmox-iso"),
];

function listOf(value: unknown): readonly unknown[] {
  if (typeof value === "string") return value.split(",").map((tag) => tag.trim());
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** A backtick before one of these characters escaped it. */
function unescape(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return value.replace(/`([$"'`])/g, "$1");
}
