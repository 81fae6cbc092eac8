import { useState } from "react";

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <>
      <button
        type="button"
        className="small"
        aria-label={`Copy ${what}`}
        onClick={({ currentTarget }) => void copy(text, currentTarget).then(setCopied)}
      >
        {isCopied ? "Copied" : "Copy"}
      </button>
      <span className="hidden" role="status">
        {isCopied ? `${what} copied` : ""}
      </span>
    </>
  );
}

/** Browsers give pages without TLS no clipboard; there the old way helps. Never rejects. */
async function copy(text: string, button: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const source = document.createElement("textarea");
    source.className = "hidden";
    source.value = text;
    // Beside the button: a dialog lets the focus go nowhere else.
    button.after(source);
    source.select();
    const isCopied = document.execCommand("copy");
    source.remove();
    button.focus();
    return isCopied;
  }
}
