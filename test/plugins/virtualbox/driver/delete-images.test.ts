import { describe, expect, it } from "vitest";
import { imagesOf } from "../../../../src/plugins/virtualbox/driver/delete-images.ts";

type Disk = readonly [uuid: string, parent: string, path: string];

/** As `VBoxManage list hdds` prints them. */
const listed = (disks: readonly Disk[]): string =>
  disks
    .map(
      ([uuid, parent, path]) =>
        `UUID:           ${uuid}\nParent UUID:    ${parent}\nState:          created\nLocation:       ${path}\n`,
    )
    .join("\n");

function imagesAmong(...disks: readonly Disk[]) {
  const machine = {
    media: [{ controller: "SATA", port: 0, device: 0, path: "/vms/m/Snapshots/now.vmdk" }],
    settingsFile: "/vms/m/m.vbox",
    snapshotFolder: "/vms/m/Snapshots",
  };
  return imagesOf(() => Promise.resolve(listed(disks)), machine, { signal: new AbortController().signal });
}

const base: Disk = ["a", "base", "/store/work/machine/disk-0.0"];
const middle: Disk = ["b", "a", "/store/work/machine/disk-0.1"];
const now: Disk = ["c", "b", "/vms/m/Snapshots/now.vmdk"];

describe("the images of a machine", () => {
  it("are what its disk is made of, and those of its other snapshots, the last first", async () => {
    const other: Disk = ["d", "a", "/vms/m/Snapshots/then.vmdk"];
    const foreign: Disk = ["e", "base", "/vms/other/disk.vdi"];
    expect(await imagesAmong(base, foreign, middle, now, other)).toEqual([now[2], middle[2], other[2], base[2]]);
  });

  it("are not told where a linked clone of another machine is made on them", async () => {
    const clone: Disk = ["d", "b", "/vms/m-clone/Snapshots/clone.vmdk"];
    expect(await imagesAmong(base, middle, now, clone)).toBeUndefined();
  });
});
