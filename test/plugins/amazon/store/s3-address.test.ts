import { describe, expect, it } from "vitest";
import { parseS3Address } from "../../../../src/plugins/amazon/store/s3-address.ts";

const parse = (text: string) => parseS3Address(text, { env: {} });

describe("the address of a bucket", () => {
  it("has a prefix and options", () => {
    expect(parse("s3://images/team/a/?region=eu-west-1&endpoint=http://127.0.0.1:9000")).toMatchObject({
      bucket: "images",
      prefix: "team/a/",
      access: { region: "eu-west-1" },
      settings: { endpoint: "http://127.0.0.1:9000", forcePathStyle: true },
    });
  });

  it.each([
    ["s3:///x", "it names no bucket"],
    ["s3://images/../x", "its prefix leads upwards"],
    ["s3://images?regoin=x", 'it has no option "regoin"'],
    ["s3://images?path_style=yes", "path_style is true or false"],
    ["s3://images?endpoint=nowhere", '"nowhere" is no address of an S3'],
    ["s3://images?endpoint=https://AKIA:s3cret@minio", "keys are not part of an endpoint"],
    ["s3://images?endpoint=https%3A%2F%2FAKIA%3As3cret%40minio", "keys are not part of an endpoint"],
    ["s3://images?endpoint=//AKIA:s3cret@minio", "is no address of an S3"],
    ["s3://images?endpoint=AKIA:s3cret@minio", '"minio" is no address of an S3'],
    ["s3://AKIA:s3cret@images/x", "it names no bucket"],
    ["s3://images?regoin=x&endpoint=https://AKIA:s3cret@minio", 'it has no option "regoin"'],
  ])("refuses %s, and shows no keys", (text, why) => {
    expect(() => parse(text)).toThrow(why);
    expect(() => parse(text)).not.toThrow("s3cret");
  });

  it.each(["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])(
    "is asked where %s says, with the bucket in the path",
    (name) => {
      const { settings } = parseS3Address("s3://images", {
        env: { AWS_ENDPOINT_URL_S3: "", [name]: "http://minio:9000" },
      });
      expect(settings).toEqual({ forcePathStyle: true, followRegionRedirects: true });
    },
  );

  it("names the variable whose endpoint is none, without the keys in it", () => {
    const wrong = { AWS_ENDPOINT_URL: "AKIA:s3cret@minio" };
    const parseWith = () => parseS3Address("s3://images", { env: wrong });
    expect(parseWith).toThrow('AWS_ENDPOINT_URL is no address of an S3: "minio"');
  });
});
