import { readFile } from "node:fs/promises";
import type { AwsIdentity, FetchAwsKeys } from "./credential.ts";

/** Name of the sessions of assumed roles, seen in AWS' own logs. */
const SESSION_NAME = "portolan";

/** What a JSON Web Token looks like; anything else is the path of a file that holds one. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Keys of an identity by AWS' own library, loaded at the first call that needs one. */
export function awsIdentities(identity: AwsIdentity): FetchAwsKeys {
  let source: ReturnType<typeof toSource> | undefined;
  return async () => {
    source ??= toSource(identity);
    const provide = await source;
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await provide();
    return {
      value: { accessKeyId, secretAccessKey, sessionToken },
      expiresAtMs: expiration?.getTime() ?? Number.POSITIVE_INFINITY,
    };
  };
}

interface ProvidedKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Source: https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-aws-sdk-credential-providers/ (read 2026-11-28). */
async function toSource(identity: AwsIdentity): Promise<() => Promise<ProvidedKeys>> {
  const { fromIni, fromNodeProviderChain, fromTemporaryCredentials, fromWebToken } = await import(
    "@aws-sdk/credential-providers"
  );
  const { region, keys, profile, role, sessionName = SESSION_NAME, externalId, webIdentityToken } = identity;
  const endpoint = identity.stsEndpoint;
  const clientConfig = { region, ...(endpoint === undefined ? {} : { endpoint }) };
  if (role !== undefined && webIdentityToken !== undefined) {
    return async () => {
      const token = await readToken(webIdentityToken);
      return fromWebToken({ roleArn: role, roleSessionName: sessionName, webIdentityToken: token, clientConfig })();
    };
  }
  const base = profile === undefined ? undefined : fromIni({ profile, clientConfig });
  if (role === undefined) {
    return base ?? fromNodeProviderChain({ clientConfig });
  }
  const master = keys === undefined ? (base ?? fromNodeProviderChain({ clientConfig })) : withoutUndefinedToken(keys);
  const external = externalId === undefined ? {} : { ExternalId: externalId };
  return fromTemporaryCredentials({
    masterCredentials: master,
    params: { RoleArn: role, RoleSessionName: sessionName, ...external },
    clientConfig,
  });
}

const withoutUndefinedToken = ({ accessKeyId, secretAccessKey, sessionToken }: NonNullable<AwsIdentity["keys"]>) => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken === undefined ? {} : { sessionToken }),
});

/** A file is read anew each time: whoever put it there replaces it ahead of its end. */
const readToken = async (tokenOrPath: string): Promise<string> =>
  TOKEN.test(tokenOrPath) ? tokenOrPath : (await readFile(tokenOrPath, "utf8")).trim();
