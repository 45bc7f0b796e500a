import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Where a path of the guest is here. Windows minds neither case nor which way a slash leans; what is new is lower case. */
export function guestPath(driveC: string, path: string): string {
  const plain = expand(path.trim().replace(/^'|'$/g, ""));
  const [, rest = plain] = /^[a-z]:(.*)$/i.exec(plain) ?? [];
  return rest
    .split(/[/\\]+/)
    .filter((name) => name !== "" && name !== ".")
    .reduce((parent, name) => join(parent, found(parent, name)), driveC);
}

function found(parent: string, name: string): string {
  try {
    return readdirSync(parent).find((entry) => entry.toLowerCase() === name.toLowerCase()) ?? name;
  } catch {
    return name;
  }
}

const variables: Readonly<Record<string, string>> = {
  temp: "C:\\users\\root\\Temp",
  tmp: "C:\\users\\root\\Temp",
  userprofile: "C:\\users\\root",
  systemroot: "C:\\windows",
  windir: "C:\\windows",
  systemdrive: "C:",
};

function expand(path: string): string {
  return path
    .replace(/\$env:(\w+)/gi, "%$1%")
    .replace(/%(\w+)%/g, (whole, name: string) => variables[name.toLowerCase()] ?? whole)
    .replace(/^~(?=[\\/]|$)/, variables["userprofile"]!);
}
