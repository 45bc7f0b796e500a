import { DONE, type FakeVirtualBox } from "./fake-virtualbox.ts";
import type { Adapter, Settings } from "./machine.ts";
import { copy } from "./snapshots.ts";
import type { Answer } from "./transcript.ts";

interface Change {
  readonly box: FakeVirtualBox;
  readonly settings: Settings;
  /** The number at the end of an option: the 3 of `--nictype3`. */
  readonly adapter: string;
  /** The argument after the value, for options that take two. */
  readonly second: string | undefined;
  /** Warnings. */
  readonly said: string[];
}

/** Makes a change. An answer is a refusal; a number says that so many arguments more were used. */
type Option = (value: string, change: Change) => Answer | number | undefined | void;

/** `modifyvm VM …`: everything that is asked for, or nothing. */
export function modifyMachine(box: FakeVirtualBox, [vm, ...args]: readonly string[]): Answer {
  const machine = box.target("modifyvm", vm!, { locks: true });
  if ("code" in machine) return machine;
  const settings = copy(machine.settings);
  const said: string[] = [];
  let name = machine.name;
  for (let index = 0; index < args.length; index += 2) {
    const [given, value] = [args[index]!, args[index + 1]!];
    if (given === "--name") {
      name = value;
      continue;
    }
    const [, stem, adapter] = /^(--.*?)(\d*)$/.exec(given) ?? [];
    const option = options[given] ?? options[`${stem}N`];
    if (option === undefined || isTooNew(box, stem!)) {
      return box.recording.answer("unknown option", { "--bogus": given });
    }
    const result = option(value, { box, settings, adapter: adapter ?? "", second: args[index + 2], said });
    if (typeof result === "object") return result;
    index += result ?? 0;
  }
  machine.settings = settings;
  machine.name = name;
  return { ...DONE, stderr: said.join("") };
}

/** Options that VirtualBox did not have from the start. Facts of its change log; older versions were not recorded. */
const since: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  "--audio-driver": [7, 0],
  "--audio-enabled": [7, 0],
  "--nat-localhostreachable": [7, 0],
  "--tpm-type": [7, 0],
};

function isTooNew(box: FakeVirtualBox, stem: string): boolean {
  const first = since[stem];
  return first !== undefined && !box.isAtLeast(...first);
}

const shown =
  (key: string, words: Readonly<Record<string, string>> | undefined, bad: string, badWord: string): Option =>
  (value, { box, settings }) => {
    const word = words === undefined ? value : words[value];
    if (word === undefined) return box.recording.answer(bad, { [badWord]: value });
    settings.info.set(key, `"${word}"`);
  };
const same = (...words: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(words.map((word) => [word, word]));
const switched = (key: string): Option => shown(key, same("on", "off"), "unknown option", "--bogus");
const hidden =
  (option: string): Option =>
  (value, { settings, adapter }) =>
    void settings.hidden.set(`${option}${adapter}`, value);
const number =
  (
    key: string,
    least: number,
    most: (settings: Settings) => number,
    bad: string,
    words: (value: string) => Record<string, string>,
  ): Option =>
  (value, { box, settings }) => {
    if (Number(value) < least || Number(value) > most(settings)) return box.recording.answer(bad, words(value));
    settings.info.set(key, value);
  };

const networkCards = ["82540EM", "82543GC", "82545EM", "Am79C970A", "Am79C973", "Am79C960", "virtio", "usbnet"];

const options: Readonly<Record<string, Option>> = {
  "--description": (value, { settings }) => void (settings.description = value),
  "--bootN": (value, { settings, adapter }) => void settings.info.set(`boot${adapter}`, `"${value}"`),
  "--cpus": number(
    "cpus",
    1,
    () => 64,
    "bad cpus",
    (value) => ({ "count: 0": `count: ${value}` }),
  ),
  "--memory": number(
    "memory",
    4,
    () => 2_097_152,
    "bad memory",
    (value) => ({ "2 MB": `${value} MB` }),
  ),
  "--ioapic": switched("ioapic"),
  "--chipset": shown("chipset", same("piix3", "ich9"), "bad chipset", "vax"),
  "--firmware": shown(
    "firmware",
    { bios: "BIOS", efi: "EFI", efi32: "EFI32", efi64: "EFI64" },
    "unknown option",
    "--bogus",
  ),
  "--mouse": (value, change) => {
    const words = { ps2: "ps2mouse", usb: "usbmouse", usbtablet: "usbtablet", usbmultitouch: "usbmultitouch" };
    return shown("hidpointing", words, "bad mouse", "cat")(value, change) ?? needUsb(value, change.settings);
  },
  "--keyboard": (value, change) =>
    shown("hidkeyboard", { ps2: "ps2kbd", usb: "usbkbd" }, "unknown option", "--bogus")(value, change) ??
    needUsb(value, change.settings),
  "--usb": (value, { settings }) => void (settings.usb.ohci = value === "on"),
  "--usbohci": (value, { settings }) => void (settings.usb.ohci = value === "on"),
  "--usbehci": (value, { settings }) => void (settings.usb.ehci = value === "on"),
  "--usbxhci": (value, { settings }) => void (settings.usb.xhci = value === "on"),
  "--audio": chooseAudio,
  "--audio-driver": (value, { settings }) => void (settings.audio.driver = value === "none" ? "null" : value),
  "--audio-enabled": (value, { settings }) => void (settings.audio.on = value === "on"),
  "--audioin": switched("audio_in"),
  "--audioout": switched("audio_out"),
  "--audiocontroller": hidden("--audiocontroller"),
  "--nictypeN": (value, { box, settings, adapter }) => {
    if (!networkCards.includes(value)) {
      return box.recording.answer("bad nic", { "'tin-can'": `'${value}'`, "NIC 1": `NIC ${adapter}` });
    }
    adapterOf(settings, adapter).type = value;
  },
  "--macaddressN": (value, { settings, adapter }) => void (adapterOf(settings, adapter).mac = value),
  "--nicN": (value, { settings, adapter }) => void (adapterOf(settings, adapter).attachment = value),
  "--bridgeadapterN": (value, { box, settings, adapter, said }) => {
    adapterOf(settings, adapter).bridge = value;
    // No computer that runs the tests has the adapters they name.
    said.push(box.recording.answer("modifyvm alpha --nic1 bridged --bridgeadapter1 eth9", { eth9: value }).stderr);
  },
  "--natpfN": forwardPort,
  "--nat-localhostreachableN": (value, { settings, adapter }) =>
    void (adapterOf(settings, adapter).localhostReachable = value === "on"),
  "--graphicscontroller": shown(
    "graphicscontroller",
    { ...same("vboxvga", "vboxsvga", "vmsvga", "qemuramfb"), none: "null" },
    "unknown option",
    "--bogus",
  ),
  "--vram": (value, change) => {
    const { info } = change.settings;
    const isBig = info.get("accelerate3d") === '"on"' && info.get("graphicscontroller") === '"vmsvga"';
    const least = isBig ? 16 : 2;
    const words = { "1000 MB": `${value} MB`, "[2, 256]": `[${least}, 256]` };
    return number(
      "vram",
      least,
      () => 256,
      "bad vram",
      () => words,
    )(value, change);
  },
  "--accelerate3d": switched("accelerate3d"),
  "--rtcuseutc": switched("rtcuseutc"),
  "--nested-hw-virt": switched("nested-hw-virt"),
  "--tpm-type": (value, { box, settings }) => {
    if (!["none", "1.2", "2.0", "host", "swtpm"].includes(value))
      return box.recording.answer("bad tpm", { "3.0": value });
    settings.hidden.set("--tpm-type", value);
  },
  "--vrde": (value, { settings }) => void (settings.display.on = value === "on"),
  "--vrdeaddress": (value, { settings }) => void (settings.display.address = value),
  "--vrdeauthtype": (value, { settings }) => void (settings.display.auth = value),
  "--vrdeport": (value, { settings }) => void (settings.display.port = value),
  "--uartN": (value, { settings, adapter, second }) => {
    settings.hidden.set(`--uart${adapter}`, `${value} ${second}`);
    return 1;
  },
};

/** The old spelling: driver and switch in one. */
function chooseAudio(value: string, { box, settings, said }: Change): void {
  if (box.isAtLeast(7, 0)) said.push(box.recording.answer("modifyvm alpha --audio alsa").stderr);
  settings.audio.on = value !== "none";
  if (value !== "none") settings.audio.driver = value;
}

/** USB mice and keyboards bring a USB controller where the machine has none. */
function needUsb(value: string, { usb }: Settings): void {
  if (value !== "ps2" && !usb.ohci && !usb.ehci && !usb.xhci) usb.ohci = true;
}

const adapterOf = ({ adapters }: Settings, number: string): Adapter => adapters[Number(number) - 1]!;

function forwardPort(value: string, { box, settings, adapter, second }: Change): Answer | number {
  const { rules } = adapterOf(settings, adapter);
  if (value === "delete") return rules.delete(second!) ? 1 : box.recording.answer("no such rule");
  const [name, ...rest] = value.split(",");
  if (rules.has(name!)) return box.recording.answer("rule exists");
  rules.set(name!, rest.join(","));
  return 0;
}

/** `modifynvram VM …` */
export function modifyFirmware(box: FakeVirtualBox, [vm, action, ...args]: readonly string[]): Answer {
  if (!box.isAtLeast(7, 0)) throw new Error("the fake VBoxManage has modifynvram from 7.0 on");
  const machine = box.target("modifynvram", vm!, { locks: false });
  if ("code" in machine) return machine;
  const { firmware } = machine.settings;
  if (action === "listvars") return box.recording.answer("firmware variables");
  if (action === "enrollmok" && !args.includes("--owner-uuid")) return box.recording.answer("no owner");
  if (action === "secureboot") firmware.secureBoot = args.includes("--enable");
  firmware.variables.push([action, ...args].join(" "));
  return DONE;
}
