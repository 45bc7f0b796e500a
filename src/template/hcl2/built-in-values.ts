import { objectValue, stringValue, unknownValue, type Value } from "../../language/value.ts";
import { COMPATIBLE_PACKER_VERSION } from "../../lib/packer-version.ts";

/** `path` and `packer`. `root` is the template's directory as it was given, `cwd` is absolute. */
export function builtInValues(root: string, cwd: string): readonly (readonly [string, Value])[] {
  const path = objectValue({
    root: stringValue(forwardSlashes(root)),
    cwd: stringValue(forwardSlashes(cwd)),
  });
  const packer = objectValue({
    version: stringValue(COMPATIBLE_PACKER_VERSION),
    versionFingerprint: unknownValue(),
    iterationID: unknownValue(),
  });
  return [
    ["path", path],
    ["packer", packer],
  ];
}

const forwardSlashes = (path: string): string => path.replaceAll("\\", "/");
