/** bzip2 1.0.8 as WebAssembly; the package comes without types. */
declare module "bzip2-wasm" {
  class Bzip2 {
    init(): Promise<void>;
    /** `level` is 1 to 9; throws where the stream takes more than `outputBytes`. */
    compress(data: Uint8Array, level: number, outputBytes: number): Uint8Array;
  }
  export { Bzip2 as default };
}
