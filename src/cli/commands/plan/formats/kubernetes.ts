import { stringify } from "yaml";
import type { Unit } from "../../../../core/plan/unit.ts";
import { UsageError } from "../../../usage-error.ts";
import { labelsOf } from "../labels.ts";
import { PART_VARIABLE, partOf, type Format, type FormatOptions } from "./format.ts";

/** Of objects that the cluster has to have: a Secret with the credentials, a volume with the templates and the caches. */
const SECRET = "imgbuild";
const CLAIM = "imgbuild";
/** What KubeVirt's device plugin calls /dev/kvm. */
const KVM_DEVICE = "devices.kubevirt.io/kvm";
/** What imgbuild and QEMU need beside the guest's memory. */
const OWN_MEMORY_MIB = 512;
const LONGEST_NAME = 63;

/** A Job for each unit, as one document each. `-image` is a container with imgbuild and what the builders need. */
export const formatKubernetes: Format = (units, options) => {
  const { image } = options;
  if (image === undefined)
    throw new UsageError("-format=kubernetes needs -image, a container with imgbuild and what its builders need");
  return units
    .map((unit) => stringify(jobOf(unit, { ...options, image }), { lineWidth: 0 }))
    .map((text) => `---\n${text}`)
    .join("");
};

type ImageOptions = FormatOptions & { readonly image: string };

function jobOf(unit: Unit, options: ImageOptions): object {
  const { id, build, template } = unit;
  const labels = { "app.kubernetes.io/name": "imgbuild", "imgbuild/unit": id };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: objectName(build, id),
      labels,
      annotations: { "imgbuild/build": build, "imgbuild/template": template },
    },
    spec: { backoffLimit: 0, template: { metadata: { labels }, spec: podOf(unit, options) } },
  };
}

function podOf(unit: Unit, { image, labels }: ImageOptions): object {
  const { needs, command } = unit;
  const selected = labelsOf(unit, labels, (need) => SELECTED[need] ?? [`imgbuild/${need}=true`]);
  const selector = Object.fromEntries(selected.map(asSelector));
  return {
    restartPolicy: "Never",
    ...(Object.keys(selector).length > 0 && { nodeSelector: selector }),
    containers: [
      {
        name: "imgbuild",
        image,
        command: command.slice(0, 1),
        args: command.slice(1).map(literal),
        workingDir: "/work",
        env: [
          { name: PART_VARIABLE, value: `/work/${partOf(unit)}` },
          { name: "PACKER_CACHE_DIR", value: "/work/.cache" },
          { name: "IMGBUILD_STATE_DIR", value: "/work/.state" },
          ...[...needs.credentials, ...needs.variables].map(fromSecret),
        ],
        resources: resourcesOf(unit),
        volumeMounts: [{ name: "work", mountPath: "/work" }],
      },
    ],
    volumes: [{ name: "work", persistentVolumeClaim: { claimName: CLAIM } }],
  };
}

/** KVM comes as a device; the architecture has a label of its own. */
const SELECTED: Readonly<Record<string, readonly string[]>> = {
  any: [],
  kvm: [],
  amd64: ["kubernetes.io/arch=amd64"],
  arm64: ["kubernetes.io/arch=arm64"],
  windows: ["kubernetes.io/os=windows"],
};

/** `NAME=VALUE`; a name alone is `true`. */
function asSelector(label: string): readonly [string, string] {
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(label) ?? [];
  return name === undefined ? [label, "true"] : [name, value!];
}

/** Roles of the cluster may stand for them: a secret that is not there stops nothing. */
const fromSecret = (name: string): object => ({
  name,
  valueFrom: { secretKeyRef: { name: SECRET, key: name, optional: true } },
});

function resourcesOf({ needs: { cpus, memoryMib, diskMib, host } }: Unit): object {
  const memory = memoryMib === undefined ? undefined : `${memoryMib + OWN_MEMORY_MIB}Mi`;
  const requests = {
    ...(cpus !== undefined && { cpu: String(cpus) }),
    ...(memory !== undefined && { memory }),
    ...(diskMib !== undefined && { "ephemeral-storage": `${diskMib}Mi` }),
  };
  const limits = { ...(memory !== undefined && { memory }), ...(host.includes("kvm") && { [KVM_DEVICE]: "1" }) };
  return { requests, limits };
}

/** Kubernetes replaces `$(NAME)` in arguments, and `$$` by `$`. */
const literal = (argument: string): string => argument.replaceAll("$", "$$$$");

/** A name as DNS has them (RFC 1123): the build's as far as it goes, and the id. */
function objectName(build: string, id: string): string {
  const slug = build.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const room = LONGEST_NAME - "imgbuild--".length - id.length;
  const name = slug.slice(0, room).replace(/^-+|-+$/g, "");
  return ["imgbuild", name, id].filter((part) => part !== "").join("-");
}
