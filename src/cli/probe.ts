import { print, printProblem } from "./console.ts";

/** Asks a running gateway for `/health` and prints the answer. Returns the exit code. */
export async function printHealth(url: string, masterKey: string | undefined): Promise<number> {
  return request(`${url}/health`, { headers: authorization(masterKey) });
}

/** Sends one chat call and one stream to a running gateway and prints the answers. Returns the exit code. */
export async function runTest(url: string, model: string | undefined, masterKey: string | undefined): Promise<number> {
  const name = model ?? (await firstModel(url, masterKey)) ?? "demo";
  const messages = [{ role: "user", content: "this is a test request, write a short poem" }];
  let code = 0;
  for (const stream of [false, true]) {
    print(`${stream ? "Streamed chat" : "Chat"} with ${name}:`);
    const sent = await request(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { ...authorization(masterKey), "content-type": "application/json" },
      body: JSON.stringify({ model: name, messages, stream }),
    });
    code ||= sent;
  }
  return code;
}

async function firstModel(url: string, masterKey: string | undefined): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/v1/models`, { headers: authorization(masterKey) });
    const list = (await response.json()) as { readonly data?: readonly { readonly id: string }[] };
    return list.data?.[0]?.id;
  } catch {
    return undefined; // The test itself will say that nothing answers.
  }
}

async function request(url: string, init: RequestInit): Promise<number> {
  try {
    const response = await fetch(url, init);
    print(await response.text());
    return response.ok ? 0 : 1;
  } catch (error) {
    printProblem(`No gateway answers at ${url}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function authorization(masterKey: string | undefined): Record<string, string> {
  return masterKey === undefined ? {} : { authorization: `Bearer ${masterKey}` };
}
