import { useEffect, useState } from "react";
import { type Api, GATEWAY_URL, keyHeader, needsKey } from "../api.ts";
import { CopyButton } from "./copy-button.tsx";

/** What is shown before the first call: how to make one. */
export function EmptyState({ api }: { readonly api: Api }) {
  const [model, setModel] = useState("gpt-4o");
  useEffect(() => {
    const gone = new AbortController();
    api.listModels(gone.signal).then(
      ([first]) => first !== undefined && setModel(first),
      () => undefined, // Any name does for an example.
    );
    return () => gone.abort();
  }, [api]);
  const command = toCurl(model);
  return (
    <div className="empty">
      <h3>No calls yet</h3>
      <p className="muted">They appear here as they end. Try one:</p>
      <pre>
        <code>{command}</code>
      </pre>
      <CopyButton text={command} what="command" />
    </div>
  );
}

function toCurl(model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }).replaceAll("'", "'\\''");
  const key = needsKey() ? `  -H "${keyHeader()}: Bearer $KEY" \\\n` : "";
  return `curl ${GATEWAY_URL}/v1/chat/completions \\\n${key}  -H "content-type: application/json" \\\n  -d '${body}'`;
}
