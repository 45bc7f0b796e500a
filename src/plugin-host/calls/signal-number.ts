/** Numbers of signals as POSIX and Linux have them, whatever machine this runs on: they belong to the guest. */
const numbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/** 0 for one that is not known. */
export function signalNumber(name: string): number {
  return Object.hasOwn(numbers, name) ? numbers[name]! : 0;
}
