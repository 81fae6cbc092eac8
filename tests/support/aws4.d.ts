declare module "aws4" {
  /** What is signed; `headers` get those of the signature. */
  interface Signable {
    readonly host: string;
    readonly service: string;
    readonly region: string;
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body: Buffer;
    readonly doNotModifyHeaders?: boolean;
  }
  /** The same request, signed. */
  export class RequestSigner {
    constructor(request: Signable, keys: { readonly accessKeyId: string; readonly secretAccessKey: string });
    datetime: string | undefined;
    authHeader(): string;
  }
}
