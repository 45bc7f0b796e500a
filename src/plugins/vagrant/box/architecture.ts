/** Vagrant's names (the ones it compares with a box's metadata) for what else an architecture is called. */
const names: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  x64: "amd64",
  aarch64: "arm64",
  ia32: "i386",
  "386": "i386",
  i686: "i386",
};

export function vagrantArchitecture(name: string): string {
  return names[name.toLowerCase()] ?? name.toLowerCase();
}
