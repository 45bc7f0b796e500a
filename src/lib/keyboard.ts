/**
 * The US keyboard: one row per physical key, with its name in every code we type in.
 * Sources: IBM PC/XT scan codes (set 1) with the 101-key extensions prefixed e0; X11 keysymdef.h; QEMU's QKeyCode (qapi/ui.json).
 */
export interface Key {
  /** XT make code; the break code is this + 0x80. */
  readonly scanCode: number;
  /** Both make and break are prefixed with e0. */
  readonly extended: boolean;
  /** X11 keysym, as RFB sends it, with no shift held. */
  readonly keysym: number;
  readonly qcode: string;
}

/** A character as typed: the key, and whether shift is held. */
export interface TypedCharacter {
  readonly key: Key;
  readonly shifted: boolean;
  /** The keysym of the character itself, which differs from the key's when shifted. */
  readonly keysym: number;
}

function key(scanCode: number, keysym: number, qcode: string): Key {
  return { scanCode: scanCode & 0xff, extended: scanCode > 0xff, keysym, qcode };
}

/** Keys with a name of their own, by lower-case name; some have two. */
export const namedKeys: ReadonlyMap<string, Key> = new Map([
  ["bs", key(0x0e, 0xff08, "backspace")],
  ["del", key(0xe053, 0xffff, "delete")],
  ["enter", key(0x1c, 0xff0d, "ret")],
  ["return", key(0x1c, 0xff0d, "ret")],
  ["esc", key(0x01, 0xff1b, "esc")],
  ["tab", key(0x0f, 0xff09, "tab")],
  ["spacebar", key(0x39, 0x20, "spc")],
  ["insert", key(0xe052, 0xff63, "insert")],
  ["home", key(0xe047, 0xff50, "home")],
  ["end", key(0xe04f, 0xff57, "end")],
  ["pageup", key(0xe049, 0xff55, "pgup")],
  ["pagedown", key(0xe051, 0xff56, "pgdn")],
  ["up", key(0xe048, 0xff52, "up")],
  ["down", key(0xe050, 0xff54, "down")],
  ["left", key(0xe04b, 0xff51, "left")],
  ["right", key(0xe04d, 0xff53, "right")],
  ["menu", key(0xe05d, 0xff67, "compose")],
  ...functionKeys(),
  ["leftshift", key(0x2a, 0xffe1, "shift")],
  ["rightshift", key(0x36, 0xffe2, "shift_r")],
  ["leftctrl", key(0x1d, 0xffe3, "ctrl")],
  ["rightctrl", key(0xe01d, 0xffe4, "ctrl_r")],
  ["leftalt", key(0x38, 0xffe9, "alt")],
  ["rightalt", key(0xe038, 0xffea, "alt_r")],
  // Names of Apple keyboards for the keys in the same places.
  ["leftoption", key(0x38, 0xffe9, "alt")],
  ["rightoption", key(0xe038, 0xffea, "alt_r")],
  ["leftsuper", key(0xe05b, 0xffeb, "meta_l")],
  ["rightsuper", key(0xe05c, 0xffec, "meta_r")],
  ["leftcommand", key(0xe05b, 0xffeb, "meta_l")],
  ["rightcommand", key(0xe05c, 0xffec, "meta_r")],
]);

export const leftShift: Key = namedKeys.get("leftshift")!;

function functionKeys(): [string, Key][] {
  const scanCode = (number: number) => (number <= 10 ? 0x3a + number : 0x4c + number);
  return Array.from({ length: 12 }, (_, i) => [`f${i + 1}`, key(scanCode(i + 1), 0xffbe + i, `f${i + 1}`)]);
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
    [...plain].flatMap((character, i): [string, TypedCharacter][] => {
      const keysym = character.codePointAt(0)!;
      const physical: Key = { scanCode: from + i, extended: false, keysym, qcode: qcodes[i]! };
      const upper = shifted[i];
      return [
        [character, { key: physical, shifted: false, keysym }],
        ...(upper === undefined
          ? []
          : [[upper, { key: physical, shifted: true, keysym: upper.codePointAt(0)! }] as [string, TypedCharacter]]),
      ];
    }),
  ),
);
