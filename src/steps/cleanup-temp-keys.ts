import { shellQuote } from "../lib/shell-quote.ts";
import type { Communicator } from "../sdk/communicator.ts";
import { askGuest } from "./guest-command.ts";
import type { Run } from "../sdk/run.ts";
import type { SshKey } from "./ssh-key.ts";

/**
 * Removes the key made for this build from the authorized_keys of the user and, where sudo asks for no password, of root.
 * Failing to do so is a warning: the private half is gone with the run.
 */
export async function cleanupTempKeys(run: Run, communicator: Communicator, key: SshKey): Promise<void> {
  if (!key.generated) return;
  await run.step("remove the temporary SSH key from the machine", async ({ signal }) => {
    // The blob alone: a platform may have changed the comment.
    const blob = key.publicKey.split(" ")[1] ?? "";
    const { result, stderr } = await askGuest(communicator, removal(blob), { signal });
    if (result.kind === "exit" && result.code === 0) return;
    run.warn(`The temporary SSH key could not be removed from authorized_keys. ${stderr.trim()}`.trim());
  });
}

function removal(blob: string): string {
  const edit = [
    `f=$1; [ -f "$f" ] && grep -qF -- "$2" "$f" || exit 0`,
    `t=$(mktemp "$f.XXXXXX") && cat "$f" >"$t" || exit 1`,
    // Written through, so that owner, mode and a link stay as they were.
    `grep -vF -- "$2" "$t" >"$f"; rm -f "$t"; ! grep -qF -- "$2" "$f"`,
  ].join("\n");
  const remove = (sudo: string, file: string) => `${sudo}sh -c ${shellQuote(edit)} sh ${file} ${shellQuote(blob)}`;
  return [
    `s=0; ${remove("", '"$HOME"/.ssh/authorized_keys')} || s=$?`,
    `if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then`,
    `  ${remove("sudo -n ", "/root/.ssh/authorized_keys")} || s=$?`,
    "fi",
    "exit $s",
  ].join("\n");
}
