import { describe, expect, it } from "vitest";
import { confirmationAddress } from "../../../../src/plugins/vagrant/cloud/confirmation.ts";

describe("confirmationAddress (A-09)", () => {
  const box = "/box/me/box/version/1/provider/p/upload/done";

  it.each([
    ["the service itself", "http://127.0.0.1:8080/api/v2", `http://127.0.0.1:8080/api/v2${box}`, `/api/v2${box}`],
    ["a slash at the end", "http://127.0.0.1:8080/api/v2/", `http://127.0.0.1:8080/api/v2${box}`, `/api/v2${box}`],
    ["another name", "http://127.0.0.1:8080/api/v2", `http://localhost:8080/api/v2${box}`, `/api/v2${box}`],
    ["another port", "http://127.0.0.1:8080/api/v2", `http://127.0.0.1:9090/api/v2${box}`, `/api/v2${box}`],
    ["a base without a path", "http://127.0.0.1:8080", `http://localhost${box}`, box],
    ["another path of the service", "http://127.0.0.1:8080/api/v2", "http://127.0.0.1:8080/done/1?x=y", "/done/1?x=y"],
    ["another name with its own path", "http://127.0.0.1:8080/api/v2", "https://objects/done/1", "/done/1"],
    ["a proxy", "http://127.0.0.1:8080/vc/api/v2", `https://real/api/v2${box}`, `/vc/api/v2${box}`],
    ["a path alone", "http://127.0.0.1:8080/api/v2", `/api/v2${box}`, `/api/v2${box}`],
    ["a path that only looks alike", "http://127.0.0.1:8080/api/v2", "http://localhost/api/v21/done", "/api/v21/done"],
  ])("%s", (_, base, callback, expected) => {
    const address = confirmationAddress(callback, base);
    expect(address.base + address.path).toBe(`http://127.0.0.1:8080${expected}`);
  });
});
