import { describe, expect, it } from "vitest";
import { parseVersion } from "../../../../src/plugins/virtualbox/driver/version.ts";
import { settingsArguments, type VmSettings } from "../../../../src/plugins/virtualbox/driver/vm-settings.ts";

const argumentsOf = (settings: VmSettings, version?: string) =>
  settingsArguments(settings, version === undefined ? undefined : parseVersion(version)).join(" ");

describe("settingsArguments", () => {
  it("keeps the order in which the settings are written", () => {
    expect(argumentsOf({ usb: "off", mouse: "usbtablet" })).toBe("--usb off --mouse usbtablet");
    expect(argumentsOf({ mouse: "usbtablet", usb: "off" })).toBe("--mouse usbtablet --usb off");
  });

  it("leaves out what is undefined, and nothing else", () => {
    expect(argumentsOf({ name: undefined, description: "", ioApic: false })).toBe("--description  --ioapic off");
    expect(argumentsOf({})).toBe("");
  });

  it.each<[what: string, settings: VmSettings, args: string]>([
    ["the order of devices at boot", { bootOrder: ["disk", "dvd", "none"] }, "--boot1 disk --boot2 dvd --boot3 none"],
    ["USB", { usb: "xhci" }, "--usb on --usbohci off --usbehci off --usbxhci on"],
    ["USB without a controller", { usb: "none" }, "--usb on --usbohci off --usbehci off --usbxhci off"],
    [
      "silence of a sound chip",
      { audio: { controller: "hda", backend: "none" } },
      "--audio-driver none --audiocontroller hda",
    ],
    [
      "a forwarded port in the place of another",
      {
        removedForwarding: "ssh",
        forwarding: { name: "ssh", hostAddress: "127.0.0.1", hostPort: 2222, guestPort: 22 },
      },
      "--natpf1 delete ssh --natpf1 ssh,tcp,127.0.0.1,2222,,22",
    ],
    [
      "a remote display",
      { remoteDisplay: true, remoteDisplayServer: { address: "0.0.0.0", port: 5901 } },
      "--vrde on --vrdeaddress 0.0.0.0 --vrdeauthtype null --vrdeport 5901",
    ],
  ])("writes %s", (_, settings, args) => {
    expect(argumentsOf(settings)).toBe(args);
  });

  const audio = { controller: "ac97", backend: "pulse" };
  it.each([
    ["6.1.50r161033", "--audio pulse --audioin on --audioout on --audiocontroller ac97"],
    [
      "7.0.0r153978",
      "--audio-driver pulse --audioin on --audioout on --audiocontroller ac97 --nat-localhostreachable1 off",
    ],
    [undefined, "--audio-driver pulse --audioin on --audioout on --audiocontroller ac97 --nat-localhostreachable1 off"],
  ])("spells sound and loopback as version %s does", (version, args) => {
    expect(argumentsOf({ audio, natLocalhostReachable: false }, version)).toBe(args);
  });
});
