import type { Artifact } from "../../../sdk/artifact.ts";
import type { MachineState } from "../../../sdk/artifact-state.ts";
import { rubyString } from "./provider.ts";

/** Providers whose machines are reached through ports of this computer. */
const FORWARDING: ReadonlySet<string> = new Set(["virtualbox", "vmware_desktop", "parallels"]);

/** What a Vagrantfile has to say of a Windows box; nothing for others. Whoever uses the box can say otherwise. */
export function windowsStatements({ state }: Pick<Artifact, "state">, provider: string): readonly string[] {
  const { guest } = state as Partial<MachineState>;
  if (guest === undefined) return [];
  const user = guest.user === "" || guest.user === "vagrant" ? undefined : rubyString(guest.user);
  const way = guest.communicator === "winrm" ? "winrm" : "winssh";
  const statements = ["config.vm.guest = :windows", `config.vm.communicator = "${way}"`];
  if (user !== undefined) statements.push(`config.${way}.username = ${user}`);
  if (!FORWARDING.has(provider)) return statements;
  return [...statements, forward("rdp", 3389, 3389), ...(guest.communicator === "winrm" ? winrmForwards : [])];
}

const winrmForwards = [forward("winrm", 5985, 55985), forward("winrm-ssl", 5986, 55986)];

function forward(id: string, guest: number, host: number): string {
  return `config.vm.network :forwarded_port, guest: ${guest}, host: ${host}, host_ip: "127.0.0.1", id: "${id}", auto_correct: true`;
}
