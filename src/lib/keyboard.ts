/**
 * The US keyboard: one row per physical key, with its code in every notation we use.
 * Sources: IBM PC/XT scan codes (set 1) with the 101-key extensions prefixed e0; QEMU's QKeyCode (qapi/ui.json).
 */
export interface Key {
  /** XT make code; the break code is this + 0x80. */
  readonly scanCode: number;
  /** Both make and break are prefixed with e0. */
  readonly extended: boolean;
  readonly qcode: string;
}

/** A character as typed: the key, and whether shift is held. */
export interface TypedCharacter {
  readonly key: Key;
  readonly shifted: boolean;
}

function key(scanCode: number, qcode: string): Key {
  return { scanCode: scanCode & 0xff, extended: scanCode > 0xff, qcode };
}

/** Keys with a name of their own, by lower-case name; some have two. */
export const namedKeys: ReadonlyMap<string, Key> = new Map([
  ["bs", key(0x0e, "backspace")],
  ["del", key(0xe053, "delete")],
  ["enter", key(0x1c, "ret")],
  ["return", key(0x1c, "ret")],
  ["esc", key(0x01, "esc")],
  ["tab", key(0x0f, "tab")],
  ["spacebar", key(0x39, "spc")],
  ["insert", key(0xe052, "insert")],
  ["home", key(0xe047, "home")],
  ["end", key(0xe04f, "end")],
  ["pageup", key(0xe049, "pgup")],
  ["pagedown", key(0xe051, "pgdn")],
  ["up", key(0xe048, "up")],
  ["down", key(0xe050, "down")],
  ["left", key(0xe04b, "left")],
  ["right", key(0xe04d, "right")],
  ["menu", key(0xe05d, "compose")],
  ...functionKeys(),
  ["leftshift", key(0x2a, "shift")],
  ["rightshift", key(0x36, "shift_r")],
  ["leftctrl", key(0x1d, "ctrl")],
  ["rightctrl", key(0xe01d, "ctrl_r")],
  ["leftalt", key(0x38, "alt")],
  ["rightalt", key(0xe038, "alt_r")],
  // Names of Apple keyboards for the keys in the same places.
  ["leftoption", key(0x38, "alt")],
  ["rightoption", key(0xe038, "alt_r")],
  ["leftsuper", key(0xe05b, "meta_l")],
  ["rightsuper", key(0xe05c, "meta_r")],
  ["leftcommand", key(0xe05b, "meta_l")],
  ["rightcommand", key(0xe05c, "meta_r")],
]);

export const leftShift: Key = namedKeys.get("leftshift")!;

function functionKeys(): [string, Key][] {
  const scanCode = (number: number) => (number <= 10 ? 0x3a + number : 0x4c + number);
  return Array.from({ length: 12 }, (_, i) => [`f${i + 1}`, key(scanCode(i + 1), `f${i + 1}`)]);
}

/** Rows of character keys from their first scan code on: without and with shift, and the codes QEMU gives them. */
const rows: readonly {
  readonly from: number;
  readonly plain: string;
  readonly shifted: string;
  readonly qcodes: readonly string[];
}[] = [
  { from: 0x02, plain: "1234567890-=", shifted: "!@#$%^&*()_+", qcodes: [..."1234567890", "minus", "equal"] },
  {
    from: 0x10,
    plain: "qwertyuiop[]",
    shifted: "QWERTYUIOP{}",
    qcodes: [..."qwertyuiop", "bracket_left", "bracket_right"],
  },
  {
    from: 0x1e,
    plain: "asdfghjkl;'`",
    shifted: 'ASDFGHJKL:"~',
    qcodes: [..."asdfghjkl", "semicolon", "apostrophe", "grave_accent"],
  },
  {
    from: 0x2b,
    plain: "\\zxcvbnm,./",
    shifted: "|ZXCVBNM<>?",
    qcodes: ["backslash", ..."zxcvbnm", "comma", "dot", "slash"],
  },
  { from: 0x39, plain: " ", shifted: "", qcodes: ["spc"] },
];

/** Every character a US keyboard can type. */
export const characters: ReadonlyMap<string, TypedCharacter> = new Map(
  rows.flatMap(({ from, plain, shifted, qcodes }) =>
    [...plain].flatMap((character, index) => {
      const physical: Key = { scanCode: from + index, extended: false, qcode: qcodes[index]! };
      const upper = shifted[index];
      const lower: [string, TypedCharacter] = [character, { key: physical, shifted: false }];
      if (upper === undefined) return [lower];
      return [lower, [upper, { key: physical, shifted: true }]];
    }),
  ),
);
