import { useRef, useState } from "react";

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  const source = useRef<HTMLTextAreaElement>(null);
  const copy = async (): Promise<void> => {
    setCopied(await tryCopy(text, source.current));
  };
  return (
    <>
      <button type="button" className="small" aria-label={`Copy ${what}`} onClick={() => void copy()}>
        {isCopied ? "Copied" : "Copy"}
      </button>
      <span className="hidden" role="status">
        {isCopied ? `${what} copied` : ""}
      </span>
      <textarea ref={source} className="hidden" aria-hidden="true" tabIndex={-1} readOnly value={text} />
    </>
  );
}

/** Browsers give pages without TLS no clipboard; there the old way helps. */
async function tryCopy(text: string, source: HTMLTextAreaElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    source?.select();
    return document.execCommand("copy");
  }
}
