import { randomUUID } from "node:crypto";
import { Command, type Program } from "./command.ts";
import { FaultError, faults } from "./faults.ts";

export interface Shell {
  readonly id: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string | undefined;
  readonly commands: Map<string, Command>;
  idle: NodeJS.Timeout;
}

export interface ShellLimits {
  readonly maxShells: number;
  readonly maxOperations: number;
  readonly idleTimeoutMs: number;
}

/** The remote shells of one user, within the quotas of the service. */
export class Shells {
  readonly #limits: ShellLimits;
  readonly #shells = new Map<string, Shell>();
  /** How many were opened so far. */
  opened = 0;

  constructor(limits: ShellLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#shells.size;
  }

  create(environment: Readonly<Record<string, string>>, directory: string | undefined): Shell {
    if (this.#shells.size >= this.#limits.maxShells) throw new FaultError(faults.tooManyShells);
    const id = randomUUID().toUpperCase();
    const idle = setTimeout(() => this.remove(id), this.#limits.idleTimeoutMs);
    const shell = { id, environment, directory, commands: new Map<string, Command>(), idle };
    this.#shells.set(id, shell);
    this.opened++;
    return shell;
  }

  find(id: string): Shell {
    const shell = this.#shells.get(id);
    if (shell === undefined) throw new FaultError(faults.shellNotFound(id));
    shell.idle.refresh();
    return shell;
  }

  start(shell: Shell, program: () => Program): string {
    const open = [...this.#shells.values()].reduce((sum, { commands }) => sum + commands.size, 0);
    if (open >= this.#limits.maxOperations) throw new FaultError(faults.tooManyOperations);
    const id = randomUUID().toUpperCase();
    shell.commands.set(id, new Command(program()));
    return id;
  }

  command(shell: Shell, id: string): Command {
    const command = shell.commands.get(id);
    if (command === undefined) throw new FaultError(faults.shellNotFound(shell.id));
    return command;
  }

  /** Ends the command, and forgets it. */
  terminate(shell: Shell, id: string): void {
    this.command(shell, id).kill();
    shell.commands.delete(id);
  }

  remove(id: string): void {
    const shell = this.#shells.get(id);
    if (shell === undefined) return;
    clearTimeout(shell.idle);
    for (const command of shell.commands.values()) command.kill();
    this.#shells.delete(id);
  }

  /** The machine, or the service, restarts. */
  removeAll(): void {
    for (const id of [...this.#shells.keys()]) this.remove(id);
  }
}
