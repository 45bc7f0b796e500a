import { block, choice, defaultText, flag, list, text, zeroIsUnset } from "../../../sdk/schema/field.ts";
import { defineSchema } from "../../../sdk/schema/schema.ts";

const extra = (program: string) =>
  list(text("One argument."), `Arguments added to \`qemu-img ${program}\`.`).default([]);

/** Extra arguments for qemu-img, by subcommand. */
const qemuImgArgs = defineSchema({
  convert: extra("convert"),
  create: extra("create"),
  resize: extra("resize"),
});

/** Disks, drives, and what is done to the finished image. */
export const diskFields = {
  disk_size: defaultText(
    zeroIsUnset(
      text(
        "Size of the main disk: a number with a unit (`20G`, `40960M`), or a bare number of MiB. With `disk_image`, the size to grow the source to.",
      ),
    ).optional(),
    "40960M, or the size of the source where that is larger",
  ),
  disk_additional_size: list(text("A size as in `disk_size`."), "Further disks, by size.").default([]),
  disk_interface: choice(["virtio", "ide", "sata", "scsi", "sd", "virtio-scsi"], "How the disks are attached.").default(
    "virtio",
  ),
  disk_cache: choice(
    ["writethrough", "writeback", "none", "unsafe", "directsync"],
    "Cache mode of the disks. `unsafe` is the fastest, and loses the image if the host crashes during the build.",
  ).default("writeback"),
  disk_discard: choice(["unmap", "ignore"], "Whether blocks the guest discards leave the image.").default("ignore"),
  disk_detect_zeroes: choice(
    ["unmap", "on", "off"],
    'Whether writes of zeros become holes. `unmap` needs `disk_discard = "unmap"`.',
  ).default("off"),
  disk_image: flag("The source (`iso_url`) is a disk image to start from, not installation media.").default(false),
  use_backing_file: flag(
    "Make the disk an overlay over the source instead of a copy. Needs `disk_image` and the format qcow2. The result needs the source file for ever.",
  ).default(false),
  skip_resize_disk: flag("Leave the size of the source as it is. Needs `disk_image`.").default(false),
  skip_compaction: flag("Leave free space in the images as it is after the build.").default(false),
  disk_compression: flag("Compress the finished qcow2 image.").default(false),
  format: choice(["qcow2", "raw"], "Format of the images.").default("qcow2"),
  qemu_img_args: block(qemuImgArgs, "Arguments added to calls of `qemu-img`.").optional(),
  cdrom_interface: choice(
    ["ide", "scsi", "virtio", "virtio-scsi"],
    "How the installation media is attached. Left out, QEMU's default for CD drives is used; where a machine has none, `virtio-scsi`.",
  ).optional(),
  iso_skip_cache: flag(
    "Boot straight from `iso_url` over HTTP without downloading it. The server must answer range requests; the checksum cannot be verified.",
  ).default(false),
};
