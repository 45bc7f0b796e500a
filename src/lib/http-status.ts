/** Whether a status is worth asking again: the server is down or busy. */
export function mayPass(status: number): boolean {
  return status >= 500 || status === 429;
}

const statusNames: Readonly<Record<number, string>> = {
  401: "it wants a login",
  403: "it refuses access",
  404: "there is no such file",
  407: "the proxy wants a login",
  410: "the file is gone",
  429: "it is asked too often",
  503: "it is overloaded or down",
};

/** A refusal in words: `the server answered with status 404 (there is no such file)`. */
export function statusReason(status: number): string {
  const text = `the server answered with status ${status}`;
  const name = statusNames[status];
  return name === undefined ? text : `${text} (${name})`;
}
