/** Longest wait for an answer, in milliseconds. */
const MAX_WAIT_MS = 20_000;

/**
 * Posts a form to a service of a vendor's that is no model, such as one that changes keys for tokens; redirects are not followed.
 * @returns the answer's JSON, unchecked
 * @throws Error without the form's values in its message, when the service cannot be reached or refuses
 */
export async function postForm(url: string, form: Readonly<Record<string, string>>): Promise<unknown> {
  const reply = await fetch(url, {
    method: "POST",
    redirect: "error",
    signal: AbortSignal.timeout(MAX_WAIT_MS),
    headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  });
  if (!reply.ok) {
    throw new Error(`${new URL(url).host} answered with status ${reply.status}`);
  }
  return await reply.json();
}
