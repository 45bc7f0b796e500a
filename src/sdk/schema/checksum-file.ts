/**
 * The checksum file that stands beside an image by the custom of those who publish it: `file:URL`, to paste. `undefined`
 * where no custom is known.
 */
export function checksumFileOf(url: string): string | undefined {
  if (!/^https?:\/\/[^/]+\/.*[^/]$/.test(url) || !URL.canParse(url)) return undefined;
  const { host, pathname } = new URL(url);
  const name = PUBLISHERS.find(([publisher]) => publisher.test(host))?.[1];
  if (name === undefined) return undefined;
  const file = pathname.slice(pathname.lastIndexOf("/") + 1);
  return `file:${new URL(name.replace("%", file), url).href}`;
}

/** Hosts, and how the file is called; `%` is the name of the image. */
const PUBLISHERS: readonly (readonly [RegExp, string])[] = [
  [/(^|\.)ubuntu\.com$/, "SHA256SUMS"],
  [/(^|\.)debian\.org$/, "SHA512SUMS"],
  [/(^|\.)alpinelinux\.org$/, "%.sha512"],
  [/(^|\.)opensuse\.org$/, "%.sha256"],
  [/(^|\.)(rockylinux|almalinux)\.org$/, "CHECKSUM"],
];
