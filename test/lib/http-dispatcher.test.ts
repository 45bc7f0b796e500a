import { describe, expect, it } from "vitest";
import { proxyFor, withoutCredentials } from "../../src/lib/http-dispatcher.ts";

const proxies = { http_proxy: "http://proxy:3128", HTTPS_PROXY: "http://user:p%40ss@secure:8080" };

describe("proxyFor", () => {
  it.each([
    ["http://example.org/x", "", "http://proxy:3128/"],
    ["https://example.org/x", "", "http://user:p%40ss@secure:8080/"],
    ["http://localhost:8000/", "", undefined],
    ["http://127.0.0.1/", "", undefined],
    ["http://a.example.org/", "example.org", undefined],
    ["http://a.example.org/", ".example.org", undefined],
    ["http://a.example.org/", "*.example.org", undefined],
    ["http://badexample.org/", "example.org", "http://proxy:3128/"],
    ["http://example.org:81/", "example.org:80", "http://proxy:3128/"],
    ["http://example.org/", "other example.org:80", undefined],
    ["http://10.1.2.3/", "10.0.0.0/8", undefined],
    ["http://11.1.2.3/", "10.0.0.0/8", "http://proxy:3128/"],
    ["http://[fd00::1]/", "fd00::/8", undefined],
    ["http://example.org/", "*", undefined],
  ])("%s with NO_PROXY=%s goes through %s", (url, noProxy, proxy) => {
    expect(proxyFor(new URL(url), { ...proxies, NO_PROXY: noProxy })?.href).toBe(proxy);
  });

  it("takes a proxy without a scheme for an http one", () => {
    expect(proxyFor(new URL("http://example.org"), { ALL_PROXY: "proxy:1" })?.href).toBe("http://proxy:1/");
  });
});

it("shows an address without its password", () => {
  expect(withoutCredentials("https://user:secret@example.org/x")).toBe("https://example.org/x");
});
