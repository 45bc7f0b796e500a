import { writeFile } from "node:fs/promises";

/**
 * The smallest guest there is: a raw disk whose boot sector switches the machine off (PM1a control register of the
 * emulated PIIX4: sleep type 0, sleep enable). From power-on to power-off it takes a tenth of a second, and as long as it is to
 * wait before.
 */
export async function writePowerOffImage(path: string, { waitSeconds = 0 } = {}): Promise<void> {
  // SeaBIOS does not boot from a virtio disk smaller than a cylinder (504 KiB).
  const disk = Buffer.alloc(1024 * 1024);
  const microseconds = waitSeconds * 1e6;
  const [low, high] = [microseconds % 0x10000, Math.floor(microseconds / 0x10000)];
  // mov ah, 86h; mov cx, high; mov dx, low; int 15h
  const wait = [0xb4, 0x86, 0xb9, high % 256, high >> 8, 0xba, low % 256, low >> 8, 0xcd, 0x15];
  // mov dx, 604h; mov ax, 2000h; out dx, ax; hlt
  const powerOff = [0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4];
  disk.set([...(waitSeconds > 0 ? wait : []), ...powerOff]);
  disk.set([0x55, 0xaa], 510);
  await writeFile(path, disk);
}
