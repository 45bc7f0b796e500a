/** One call of VBoxManage in the recorded session, or something that happens on the host between two calls. */
export type SessionStep =
  | { readonly kind: "call"; readonly label?: string | undefined; readonly args: readonly string[] }
  | { readonly kind: "host"; readonly event: HostEvent };

/**
 * `files`: the media are written. `port taken`: another program listens on `SSH_PORT`. `port free`: it ends.
 * `let go`: VirtualBox has given up its lock of a stopped machine. `killed`: the process of the running machine `beta`
 * ends. `log`: what the log of `beta` says of the forwarded port goes into the recording. `memory taken`: the memory that
 * a snapshot of `beta` saved becomes the file `memory`.
 */
export type HostEvent = "files" | "port taken" | "port free" | "let go" | "killed" | "log" | "memory taken";

/** Stands for the directory of the session, and for a port of the host that is free when the session starts. */
export const ROOT = "ROOT";
export const SSH_PORT = "SSH_PORT";

const ALPHA = "11111111-1111-4111-8111-111111111111";

const call = (text: string): SessionStep => labelled(undefined, text);
const on = (event: HostEvent): SessionStep => ({ kind: "host", event });

/** Words of `text` are arguments; `~` in a word stands for a space. */
function labelled(label: string | undefined, text: string): SessionStep {
  return { kind: "call", label, args: text.split(" ").map((word) => word.replaceAll("~", " ")) };
}

const info = (name: string) => call(`showvminfo ${name} --machinereadable`);
const change = (name: string, ...settings: readonly string[]): readonly SessionStep[] =>
  settings.flatMap((setting) => [call(`modifyvm ${name} ${setting}`), info(name)]);

const nicTypes = ["82543GC", "82545EM", "Am79C973", "Am79C960", "usbnet", "82540EM"];

/**
 * What is asked of the real VBoxManage, and of the fake one that stands for it in tests. The fake takes the words of its
 * answers from the steps with a label; all other steps show that it behaves as the real one does.
 */
export const session: readonly SessionStep[] = [
  on("files"),
  labelled("system properties", "list systemproperties"),
  labelled("created", `createvm --name alpha --uuid ${ALPHA} --ostype Debian12_64 --register`),
  info("alpha"),
  labelled("name taken", "createvm --name alpha --ostype Debian12_64 --register"),
  labelled("unknown guest", "createvm --name gamma --ostype Debian99_64 --register"),
  call("createvm --name beta --ostype Other --register"),
  info("beta"),
  call("createvm --name gamma --ostype Windows11_64 --register"),
  info("gamma"),
  call("list vms"),
  labelled("deleted", "unregistervm gamma --delete"),

  ...change("alpha", "--boot1 disk --boot2 dvd --boot3 none --boot4 none", "--cpus 2 --memory 512 --ioapic on"),
  ...change("alpha", "--firmware efi", "--mouse usbtablet --keyboard usb", "--mouse usbmultitouch", "--mouse usb"),
  ...change("alpha", "--usb on --usbohci off --usbehci off --usbxhci on", "--usb on --usbohci on --usbehci off"),
  ...change("alpha", "--usb on --usbohci off --usbehci on --usbxhci off", "--usb off"),
  ...change("alpha", "--audio-driver alsa --audioin on --audioout on --audiocontroller hda", "--audio-enabled off"),
  ...change("alpha", "--audio-driver none --audiocontroller sb16", "--audio-enabled on --audio-driver none"),
  ...change("alpha", "--nictype1 virtio --nictype2 virtio --nictype8 virtio", "--nictype1 Am79C970A"),
  ...change("alpha", "--graphicscontroller vmsvga --vram 16 --accelerate3d on", "--vram 4 --accelerate3d off"),
  ...change("alpha", "--rtcuseutc off", "--nested-hw-virt on", "--nested-hw-virt off", "--tpm-type 2.0"),
  ...change("alpha", `--nic1 nat --natpf1 packercomm,tcp,127.0.0.1,${SSH_PORT},,22 --nat-localhostreachable1 on`),
  ...change("alpha", "--vrde on --vrdeaddress 127.0.0.1 --vrdeauthtype null --vrdeport 5977"),
  ...change("alpha", "--description a~mark", "--natpf1 web,tcp,,8080,,80", "--natpf1 delete web"),
  ...change("alpha", "--chipset ich9", "--vrde off", "--description  --vrdeport 5978", "--chipset piix3", "--vrde on"),
  ...change("alpha", "--mouse ps2 --keyboard ps2 --usbehci off --usb off", "--usb on", "--mouse usbtablet --usb off"),
  ...change("alpha", "--usb off --mouse usbtablet", "--mouse ps2 --usb off"),
  ...change("alpha", "--firmware efi32", "--firmware efi64", "--firmware bios", "--firmware efi"),
  ...change("alpha", "--graphicscontroller vboxvga --vram 4 --accelerate3d off", "--graphicscontroller vboxsvga"),
  ...change("alpha", "--graphicscontroller vmsvga --vram 4 --accelerate3d off", "--vram 4 --accelerate3d on"),
  ...change("alpha", "--accelerate3d off", "--graphicscontroller none", "--graphicscontroller vmsvga --vram 128"),
  ...change("alpha", "--audio alsa", "--audio none", "--audio-driver pulse --audiocontroller ac97"),
  ...change("alpha", "--nic2 nat --nat-localhostreachable2 off --natpf2 web,tcp,127.0.0.1,8081,,80", "--nic2 none"),
  ...change("alpha", "--macaddress1 020027AABBCC"),
  ...change("alpha", "--nic1 bridged --bridgeadapter1 eth9", "--nic1 none", "--nic1 nat"),
  ...change("alpha", ...nicTypes.map((type) => `--nictype1 ${type}`)),
  labelled("rule exists", `modifyvm alpha --natpf1 packercomm,tcp,127.0.0.1,${SSH_PORT},,22`),
  labelled("no such rule", "modifyvm alpha --natpf1 delete web"),
  labelled("bad memory", "modifyvm alpha --cpus 3 --memory 2"),
  labelled("bad cpus", "modifyvm alpha --cpus 0"),
  labelled("bad vram", "modifyvm alpha --vram 1000"),
  labelled("bad chipset", "modifyvm alpha --chipset vax"),
  labelled("bad mouse", "modifyvm alpha --mouse cat"),
  labelled("bad tpm", "modifyvm alpha --tpm-type 3.0"),
  labelled("bad nic", "modifyvm alpha --nictype1 tin-can"),
  labelled("unknown option", "modifyvm alpha --bogus 3"),
  info("alpha"),
  call("setextradata alpha VBoxInternal2/EfiGraphicsResolution 1440x900"),
  labelled("extra data", "getextradata alpha VBoxInternal2/EfiGraphicsResolution"),
  call("modifynvram alpha inituefivarstore"),
  call("modifynvram alpha enrollmssignatures"),
  call("modifynvram alpha enrollorclpk"),
  labelled("no owner", `modifynvram alpha enrollmok --mok ${ROOT}/key.der`),
  call(`modifynvram alpha enrollmok --mok ${ROOT}/key.der --owner-uuid ${ALPHA}`),
  labelled("firmware variables", "modifynvram alpha listvars"),
  call("modifynvram alpha secureboot --enable"),
  info("alpha"),

  labelled("disk made", `createmedium disk --filename ${ROOT}/a.vdi --size 8 --format VDI --variant Standard`),
  labelled("disk exists", `createmedium disk --filename ${ROOT}/a.vdi --size 8 --format VDI --variant Standard`),
  call(`createmedium disk --filename ${ROOT}/b.vdi --size 9 --format VDI --variant Standard`),
  call("list hdds"),
  call("storagectl alpha --name IDE --add ide"),
  call("storagectl alpha --name SATA --add sata --portcount 1"),
  call("storagectl alpha --name VirtioSCSI --add virtio --controller VirtIO"),
  call("storagectl alpha --name SCSI --add scsi --controller LSILogic"),
  call("storagectl alpha --name NVMe --add pcie --controller NVMe --portcount 2"),
  call("storagectl alpha --name Floppy --add floppy"),
  labelled("controller exists", "storagectl alpha --name IDE --add ide"),
  labelled("second controller", "storagectl alpha --name Other --add ide"),
  info("alpha"),
  call(
    `storageattach alpha --storagectl SATA --port 0 --device 0 --type hdd --medium ${ROOT}/a.vdi --nonrotational on --discard on`,
  ),
  call(
    `storageattach alpha --storagectl IDE --port 0 --device 0 --type hdd --medium ${ROOT}/b.vdi --nonrotational off --discard off`,
  ),
  call(`storageattach alpha --storagectl IDE --port 0 --device 1 --type dvddrive --medium ${ROOT}/x.iso`),
  call(`storageattach alpha --storagectl SATA --port 13 --device 0 --type dvddrive --medium ${ROOT}/x.iso`),
  call(`storageattach alpha --storagectl VirtioSCSI --port 14 --device 0 --type dvddrive --medium ${ROOT}/x.iso`),
  call(`storageattach alpha --storagectl Floppy --port 0 --device 0 --type fdd --medium ${ROOT}/f.img`),
  call("storageattach alpha --storagectl IDE --port 1 --device 0 --type dvddrive --medium emptydrive"),
  info("alpha"),
  labelled(
    "no such port",
    "storageattach alpha --storagectl IDE --port 2 --device 0 --type dvddrive --medium emptydrive",
  ),
  labelled(
    "no such controller",
    "storageattach alpha --storagectl X --port 0 --device 0 --type dvddrive --medium none",
  ),
  labelled(
    "no such file",
    `storageattach alpha --storagectl IDE --port 1 --device 0 --type dvddrive --medium ${ROOT}/none.iso`,
  ),
  call("storageattach alpha --storagectl IDE --port 0 --device 1 --type dvddrive --medium none"),
  call("storageattach alpha --storagectl SATA --port 13 --device 0 --type dvddrive --medium none"),
  call("storagectl alpha --name Floppy --remove"),
  call("storagectl alpha --name SCSI --remove"),
  info("alpha"),
  labelled("disk in use", `closemedium disk ${ROOT}/a.vdi --delete`),
  labelled("no such disk", `closemedium disk ${ROOT}/none.vdi --delete`),
  call("storageattach alpha --storagectl IDE --port 0 --device 0 --type hdd --medium none"),
  call(`storageattach alpha --storagectl NVMe --port 3 --device 0 --type hdd --medium ${ROOT}/b.vdi`),
  info("alpha"),
  call("storageattach alpha --storagectl NVMe --port 3 --device 0 --type hdd --medium none"),
  labelled("disk deleted", `closemedium disk ${ROOT}/b.vdi --delete`),
  call("list hdds"),

  labelled("no snapshots", "snapshot alpha list --machinereadable"),
  labelled("snapshot taken", "snapshot alpha take base"),
  call("modifyvm alpha --cpus 1"),
  call("snapshot alpha take first"),
  call("snapshot alpha list --machinereadable"),
  info("alpha"),
  labelled("snapshot restored", "snapshot alpha restore base"),
  info("alpha"),
  call("snapshot alpha take second"),
  call("snapshot alpha list --machinereadable"),
  labelled("no such snapshot", "snapshot alpha restore none"),
  labelled("snapshot has children", "snapshot alpha delete base"),
  labelled("snapshot deleted", "snapshot alpha delete first"),
  call("snapshot alpha list --machinereadable"),
  info("alpha"),

  labelled("exported", `export alpha --output ${ROOT}/out/alpha.ovf`),
  labelled("export exists", `export alpha --output ${ROOT}/out/alpha.ovf`),
  call(`export alpha --output ${ROOT}/out/alpha.ova --manifest`),
  labelled("imported", `import ${ROOT}/out/alpha.ovf --vsys 0 --vmname delta`),
  labelled("no such appliance", `import ${ROOT}/out/none.ovf --vsys 0 --vmname epsilon`),
  labelled("not an appliance", `import ${ROOT}/x.iso --vsys 0 --vmname epsilon`),
  call("showvminfo delta --machinereadable"),
  call("modifyvm delta --name zeta"),
  call("list vms"),
  call("unregistervm zeta --delete"),

  call(`modifyvm beta --memory 32 --nic1 nat --natpf1 packercomm,tcp,127.0.0.1,${SSH_PORT},,22`),
  // Without a word about it, what it is depends on when VirtualBox read the settings last.
  call("modifyvm beta --nat-localhostreachable1 on"),
  call("modifyvm beta --vrde on --vrdeaddress 127.0.0.1 --vrdeport 5979"),
  info("beta"),
  labelled("started", "startvm beta --type headless"),
  info("beta"),
  labelled("locked modifyvm", "modifyvm beta --cpus 1"),
  labelled("locked unregistervm", "unregistervm beta --delete"),
  labelled("locked startvm", "startvm beta --type headless"),
  labelled("locked storagectl", "storagectl beta --name IDE --add ide"),
  labelled("locked export", `export beta --output ${ROOT}/out/beta.ovf`),
  call("controlvm beta natpf1 delete packercomm"),
  labelled("no such live rule", "controlvm beta natpf1 delete packercomm"),
  call(`controlvm beta natpf1 packercomm,tcp,127.0.0.1,${SSH_PORT},,22`),
  call("controlvm beta keyboardputscancode 1e 9e"),
  labelled("not a scan code", "controlvm beta keyboardputscancode zz"),
  call(`controlvm beta screenshotpng ${ROOT}/screen.png`),
  call("controlvm beta acpipowerbutton"),
  labelled("powered off", "controlvm beta poweroff"),
  on("let go"),
  labelled("not running", "controlvm beta poweroff"),
  info("beta"),
  on("port taken"),
  call("startvm beta --type headless"),
  on("log"),
  on("killed"),
  info("beta"),
  call("controlvm beta poweroff"),
  on("port free"),

  call("startvm beta --type headless"),
  call("snapshot beta take live --live"),
  info("beta"),
  on("memory taken"),
  call("controlvm beta poweroff"),
  on("let go"),
  call(`adoptstate beta ${ROOT}/memory`),
  info("beta"),
  call("startvm beta --type headless"),
  info("beta"),
  call("controlvm beta poweroff"),
  on("let go"),
  info("beta"),

  ...["modifyvm none --cpus 1", "showvminfo none --machinereadable", "controlvm none poweroff"].map(missing),
  ...["startvm none", "unregistervm none --delete", "storagectl none --name IDE --add ide"].map(missing),
  ...["storageattach none --storagectl IDE --port 0 --device 0 --type hdd --medium none"].map(missing),
  ...["snapshot none list --machinereadable", `export none --output ${ROOT}/none.ovf`].map(missing),
  ...["setextradata none a b", "modifynvram none inituefivarstore"].map(missing),
  call("list vms"),
  call("list runningvms"),
];

function missing(text: string): SessionStep {
  return labelled(`no machine ${text.split(" ")[0]}`, text);
}
