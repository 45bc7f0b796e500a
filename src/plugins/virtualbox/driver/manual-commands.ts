import { shellQuote } from "../../../lib/shell-quote.ts";

/** What a user can type to cut the power of a machine. */
export function powerOffCommand(vm: string): string {
  return `VBoxManage controlvm ${shellQuote(vm)} poweroff`;
}

/** What a user can type to remove a machine with all its disks. */
export function deleteVmCommand(vm: string): string {
  return `VBoxManage unregistervm ${shellQuote(vm)} --delete`;
}

/** What a user can type to remove a disk and its file. `word` is the disk's UUID or path, quoted for a shell. */
export function deleteDiskCommand(word: string): string {
  return `VBoxManage closemedium disk ${word} --delete`;
}
