import { type SubmitEvent, useEffect, useId, useRef, useState } from "react";
import { Api, ApiError } from "./api.ts";
import type { Session } from "./session.ts";

/** Asks for the key, tries it, and keeps it if the gateway takes it. */
export function SignIn({ session }: { readonly session: Session }) {
  const id = useId();
  const [key, setKey] = useState("");
  const [isTrying, setTrying] = useState(false);
  const [fault, setFault] = useState(session.endedBecause);

  const input = useRef<HTMLInputElement>(null);
  // There is nothing else to do here.
  useEffect(() => input.current?.focus(), []);

  const submit = async (): Promise<void> => {
    setTrying(true);
    const refusal = await tryKey(key.trim());
    setTrying(false);
    setFault(refusal);
    if (refusal === undefined) {
      session.signIn(key.trim());
    }
  };
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!isTrying) {
      void submit();
    }
  };

  return (
    <form className="sign-in" onSubmit={onSubmit}>
      <h1>Sign in</h1>
      <p className="muted">
        With the master key of this gateway. It is kept in this tab until you sign out or close it.
      </p>
      <label htmlFor={id}>Master key</label>
      <input
        ref={input}
        id={id}
        type="password"
        autoComplete="current-password"
        spellCheck={false}
        value={key}
        onChange={(event) => setKey(event.target.value)}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-fault`}
        required
      />
      <p id={`${id}-fault`} role="alert" className="fault">
        {fault}
      </p>
      <button type="submit" className="primary" disabled={isTrying}>
        {isTrying ? "Signing in" : "Sign in"}
      </button>
    </form>
  );
}

/** Why the gateway does not take a key; `undefined` when it does. */
async function tryKey(key: string): Promise<string | undefined> {
  // Headers carry no other characters; the browser would refuse to send them.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    return "A key has no spaces and no letters beyond ASCII.";
  }
  try {
    await new Api(key).get("hour");
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) {
      return "The gateway's answer could not be read.";
    }
    return error.isRefusal ? "This is not the master key of this gateway." : error.message;
  }
}
