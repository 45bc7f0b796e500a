import { expect, it } from "vitest";
import { parseDiskSize } from "../../../src/plugins/qemu/disk-size.ts";

it.each<[text: string, bytes: number | undefined]>([
  ["40960", 40960 * 1024 ** 2],
  ["40960M", 40960 * 1024 ** 2],
  ["20G", 20 * 1024 ** 3],
  ["20g", 20 * 1024 ** 3],
  ["1.5G", 1.5 * 1024 ** 3],
  ["512k", 512 * 1024],
  ["100b", 100],
  ["1T", 1024 ** 4],
  ["2GiB", 2 * 1024 ** 3],
  ["0", undefined],
  ["", undefined],
  ["-1G", undefined],
  ["G", undefined],
  ["9999E", undefined],
])("parseDiskSize(%j) is %j", (text, bytes) => {
  expect(parseDiskSize(text)).toBe(bytes);
});
