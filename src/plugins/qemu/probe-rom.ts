/**
 * Firmware for a throw-away x86 guest: it enters 64-bit mode, counts to twenty million, and ends QEMU through the
 * `isa-debug-exit` device with `PROBE_SUCCESS`. Working hardware virtualisation takes a few milliseconds for it; nested
 * and half-working ones hang or crawl, although `/dev/kvm` opens and real mode works.
 */
export function probeRom(): Buffer {
  const rom = Buffer.alloc(ROM_SIZE);
  const code = Buffer.from(PROGRAM.replaceAll(/;.*$/gm, "").replaceAll(/\s+/g, ""), "hex");
  code.copy(rom, CODE_OFFSET);
  Buffer.from("e90dff", "hex").copy(rom, RESET_OFFSET);
  return rom;
}

/** The guest writes 0x10; the device turns a value v into the exit code 2v + 1. */
export const PROBE_SUCCESS = 0x21;
export const PROBE_EXIT_DEVICE = "isa-debug-exit,iobase=0xf4,iosize=4";

const ROM_SIZE = 0x10000;
const CODE_OFFSET = 0xff00;
/** Where an x86 processor fetches its first instruction: 16 bytes below the end of the ROM. */
const RESET_OFFSET = 0xfff0;

/** The ROM is mapped at F0000h, so its last page is at FFF00h. */
const PROGRAM = `
  fa                      ; ff00 cli
  2e660f0116a0ff          ; ff01 lgdt cs:[ffa0]
  66b811000000            ; ff08 mov eax, 11h            protected mode
  0f22c0                  ; ff0e mov cr0, eax
  66ea19ff0f000800        ; ff11 jmp far 8:fff19h
  b810000000              ; ff19 mov eax, 10h            32-bit code from here
  8ed8 8ec0 8ed0          ; ff1e mov ds, es, ss, eax
  c7050010000003200000    ; ff24 mov [1000h], 2003h      PML4 -> page directory pointers
  c7050020000003300000    ; ff2e mov [2000h], 3003h      -> page directory
  c7050030000083000000    ; ff38 mov [3000h], 83h        -> one 2 MiB page
  b800100000 0f22d8       ; ff42 mov cr3, 1000h
  b820000000 0f22e0       ; ff4a mov cr4, 20h            PAE
  b9800000c0              ; ff52 mov ecx, c0000080h      EFER
  b800010000 31d2 0f30    ; ff57 wrmsr 100h              long mode
  b811000080 0f22c0       ; ff60 mov cr0, 80000011h      paging
  ea6fff0f001800          ; ff68 jmp far 18h:fff6fh
  b9002d3101              ; ff6f mov ecx, 20000000       64-bit code from here
  ffc9 75fc               ; ff74 dec ecx; jnz ff74
  b010 e6f4               ; ff78 out f4h, 10h
  f4 ebfd                 ; ff7c hlt; jmp ff7c
  90                      ; ff7f
  0000000000000000        ; ff80 descriptors: none
  ffff0000009acf00        ; ff88 32-bit code
  ffff00000092cf00        ; ff90 data
  ffff0000009aaf00        ; ff98 64-bit code
  1f0080ff0f00            ; ffa0 limit and address of the table
`;
