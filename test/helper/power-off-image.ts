import { writeFile } from "node:fs/promises";

/**
 * The smallest guest there is: a raw disk whose boot sector switches the machine off (PM1a control register of the
 * emulated PIIX4: sleep type 0, sleep enable). From power-on to power-off it takes a tenth of a second.
 */
export async function writePowerOffImage(path: string): Promise<void> {
  // SeaBIOS does not boot from a virtio disk smaller than a cylinder (504 KiB).
  const disk = Buffer.alloc(1024 * 1024);
  // mov dx, 604h; mov ax, 2000h; out dx, ax; hlt
  disk.set([0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4]);
  disk.set([0x55, 0xaa], 510);
  await writeFile(path, disk);
}
