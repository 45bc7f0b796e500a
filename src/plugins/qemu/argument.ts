/** One switch of QEMU and its value, if it takes one. */
export type Argument = readonly [name: string, value?: string | undefined];

export function optional(name: string, value: string | undefined): Argument[] {
  return value === undefined ? [] : [[name, value]];
}

/** In QEMU's option syntax a comma is written twice. */
export function escape(value: string): string {
  return value.replaceAll(",", ",,");
}
