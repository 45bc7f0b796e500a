/** What `VBoxManage debugvm VM info vgatext` prints of a text screen, as VirtualBox 7.2 does. */
export function textView(rows: readonly string[]): string {
  return [rule(" 80x25 "), ...rows.map((row) => row.padEnd(80)), "-".repeat(80), ""].join("\n");
}

/** What `VBoxManage debugvm VM info ps2k` prints of a keyboard that holds so many items. */
export function keyboardView(waiting: number): string {
  return `PS/2 Keyboard: scan set 2, scanning enabled, serial line enabled\nLED state 00, Num Lock off\nCommand queue: 0 items (4 max)\nInput queue  : ${waiting} items (64 max)\n`;
}

function rule(text: string): string {
  return text.padStart(43, "-").padEnd(80, "-");
}
