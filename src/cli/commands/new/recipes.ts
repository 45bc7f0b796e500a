import {
  PLATFORMS,
  PURPOSES,
  SYSTEMS,
  type Family,
  type Platform,
  type Purpose,
  type System,
  type SystemName,
} from "./systems.ts";

/** What `imgbuild new` can write: one template for one platform, purpose and kind of system. */
interface Recipe {
  readonly platform: Platform;
  readonly purpose: Purpose;
  readonly families: readonly Family[];
  /** For the README; the system's title comes before it. */
  readonly summary: string;
  /** What one does with the image; `@slug@` is its name. */
  readonly next: string;
  /** Whether a plugin has to be installed first. */
  readonly needsInit?: boolean;
  /** Of a system: what fills in the files. Systems that have none cannot be built so. */
  readonly values: (system: System) => Readonly<Record<string, string>> | undefined;
  /** Path in the new folder → path in this package. */
  readonly files: Readonly<Record<string, string>>;
}

/** One that may be chosen. */
export interface Choice {
  readonly platform: Platform;
  readonly system: SystemName;
  readonly purpose: Purpose;
  readonly recipe: Recipe;
}

const NEW = "templates/new";
const common = (folder: string): Recipe["files"] => ({
  "README.md": `${NEW}/README.md`,
  ".gitignore": `${NEW}/gitignore`,
  "template.pkr.hcl": `${NEW}/${folder}/template.pkr.hcl`,
  "example.pkrvars.hcl": `${NEW}/${folder}/example.pkrvars.hcl`,
});
const linux = { "scripts/provision.sh": "scripts/provision.sh" };
const secret = { "build.auto.pkrvars.hcl": `${NEW}/qemu-cloud/build.auto.pkrvars.hcl` };
const sealed = { "scripts/clean-up.sh": "scripts/clean-up.sh", "scripts/seal.sh": `${NEW}/qemu-cloud/seal.sh` };
const box = { "scripts/vagrant-user.sh": "scripts/vagrant-user.sh", "scripts/clean-up.sh": "scripts/clean-up.sh" };
const debianAnswers = { "http/debian-preseed.cfg": "templates/http/debian-preseed.cfg" };
const ubuntuAnswers = { "http/user-data.pkrtpl": `${NEW}/ubuntu-installer/user-data.pkrtpl` };
const windowsFiles = {
  "answers/Autounattend.xml.pkrtpl": "templates/windows/Autounattend.xml.pkrtpl",
  "answers/open-winrm.ps1": "templates/windows/open-winrm.ps1",
  "answers/sysprep.xml.pkrtpl": `${NEW}/windows-installer/sysprep.xml.pkrtpl`,
  "scripts/provision.ps1": `${NEW}/windows-installer/provision.ps1`,
};

const recipes: readonly Recipe[] = [
  {
    platform: "qemu",
    purpose: "cloud",
    families: ["debian", "ubuntu"],
    summary: "for QEMU, libvirt and clouds, from the distribution's own cloud image",
    next: "The image is `output/@slug@.qcow2`. In each machine made from it cloud-init begins anew, with what its cloud, or a disc named `cidata`, tells it.",
    values: ({ cloud }) => cloud,
    files: { ...common("qemu-cloud"), ...secret, ...linux, ...sealed },
  },
  ...boxes("qemu", "libvirt"),
  ...boxes("virtualbox", "virtualbox"),
  {
    platform: "amazon",
    purpose: "ami",
    families: ["debian", "ubuntu", "amazon-linux"],
    summary: "as an Amazon machine image",
    next: "Credentials come from where every AWS tool looks for them; `imgbuild validate -preflight .` asks Amazon what is missing. The image's id is printed, and is in `output/manifest.json`.",
    values: ({ ami }) => ami,
    files: { ...common("amazon"), ...linux },
  },
  {
    platform: "docker",
    purpose: "container",
    families: ["debian", "ubuntu", "amazon-linux"],
    summary: "as a container image",
    next: "Then `docker run --rm -it @slug@`.",
    needsInit: true,
    values: ({ container }) => container,
    files: { ...common("docker"), ...linux },
  },
];

/** `provider`: what Vagrant calls the platform. */
function boxes(platform: "qemu" | "virtualbox", provider: string): readonly Recipe[] {
  const boxed = {
    platform,
    purpose: "box" as const,
    next: `Then \`vagrant box add --name @slug@ @slug@-${provider}.box\`, \`vagrant init @slug@\` and \`vagrant up --provider=${provider}\`.`,
  };
  return [
    {
      ...boxed,
      families: ["debian"],
      summary: `as a Vagrant box for ${provider}, installed from the netinst ISO`,
      values: ({ iso }) => iso,
      files: { ...common(`${platform}-debian`), ...debianAnswers, ...linux, ...box },
    },
    {
      ...boxed,
      families: ["ubuntu"],
      summary: `as a Vagrant box for ${provider}, installed from the live server ISO`,
      values: ({ iso }) => iso,
      files: { ...common(`${platform}-ubuntu`), ...ubuntuAnswers, ...linux, ...box },
    },
    {
      ...boxed,
      families: ["windows"],
      summary: `as a Vagrant box for ${provider}, installed from the evaluation ISO and made anonymous by sysprep`,
      values: ({ windows }) => windows,
      files: { ...common(`${platform}-windows`), ...windowsFiles },
    },
  ];
}

/** Everything that may be chosen, the default first. */
export const CHOICES: readonly Choice[] = keys(PLATFORMS).flatMap((platform) =>
  keys(SYSTEMS).flatMap((system) =>
    keys(PURPOSES).flatMap((purpose) =>
      recipes
        .filter((recipe) => recipe.platform === platform && recipe.purpose === purpose)
        .filter((recipe) => (recipe.families as readonly string[]).includes(SYSTEMS[system].family))
        .map((recipe) => ({ platform, system, purpose, recipe })),
    ),
  ),
);

function keys<Key extends string>(table: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(table) as Key[];
}
