import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import cl100kFile from "gpt-tokenizer/data/cl100k_base.tiktoken" with { type: "file" };
import o200kFile from "gpt-tokenizer/data/o200k_base.tiktoken" with { type: "file" };
import { CL100K_TOKEN_SPLIT_REGEX, O200K_TOKEN_SPLIT_REGEX } from "gpt-tokenizer/encodingParams/constants";
import { BytePairTable } from "./byte-pair-table.ts";

/** Encodings whose tokens are installed. */
export type TokenEncodingName = "o200k_base" | "cl100k_base";

interface Source {
  /** Its path: absolute, or in a bundle from the bundle's folder. */
  readonly file: string;
  readonly split: RegExp;
  /** Names of tokens that are not in the file, by rank. */
  readonly special: ReadonlyMap<number, string>;
}

/** Source of the special tokens: https://github.com/openai/tiktoken/blob/main/tiktoken_ext/openai_public.py (read 2026-11-28). */
const SOURCES: Readonly<Record<TokenEncodingName, Source>> = {
  o200k_base: {
    file: o200kFile,
    split: O200K_TOKEN_SPLIT_REGEX,
    special: new Map([
      [199_999, "<|endoftext|>"],
      [200_018, "<|endofprompt|>"],
    ]),
  },
  cl100k_base: {
    file: cl100kFile,
    split: CL100K_TOKEN_SPLIT_REGEX,
    special: new Map([
      [100_257, "<|endoftext|>"],
      [100_258, "<|fim_prefix|>"],
      [100_259, "<|fim_middle|>"],
      [100_260, "<|fim_suffix|>"],
      [100_276, "<|endofprompt|>"],
    ]),
  },
};

/** Text to tokens and back, as OpenAI's models have them. Names of special tokens in a text are text. */
export class TokenEncoding {
  readonly #split: RegExp;
  readonly #special: ReadonlyMap<number, string>;
  readonly #table: BytePairTable;
  #piece = new Uint8Array(1024);

  constructor({ file, split, special }: Source) {
    this.#split = split;
    this.#special = special;
    this.#table = new BytePairTable(readFileSync(resolve(import.meta.dir, file)));
  }

  /** How many tokens a text is; time grows with the square of its longest unbroken run of characters. */
  count(text: string): number {
    let total = 0;
    for (const piece of text.match(this.#split) ?? []) {
      if (this.#piece.length < piece.length * 3) {
        this.#piece = new Uint8Array(piece.length * 6);
      }
      total += this.#table.count(this.#piece, encoder.encodeInto(piece, this.#piece).written);
    }
    return total;
  }

  /** The text of tokens, where bytes that are no valid UTF-8 become U+FFFD; `undefined` if there is no such token. */
  decode(ranks: readonly number[]): string | undefined {
    const parts: Uint8Array[] = [];
    for (const rank of ranks) {
      const name = this.#special.get(rank);
      const bytes = name === undefined ? this.#table.bytesOf(rank) : encoder.encode(name);
      if (bytes === undefined) {
        return undefined;
      }
      parts.push(bytes);
    }
    return Buffer.concat(parts).toString("utf8");
  }
}

const encoder = new TextEncoder();

/** How long an encoding is kept after its last use, in milliseconds; a bundle and an executable load it again within one. */
const KEPT_MS = 500;

const loaded = new Map<TokenEncodingName, TokenEncoding>();
let forget: ReturnType<typeof setTimeout> | undefined;

/** An encoding, loaded on first use and kept while it is used: it takes 3 MB, and room for as much garbage. */
export function loadTokenEncoding(name: TokenEncodingName): TokenEncoding {
  let encoding = loaded.get(name);
  if (encoding === undefined) {
    encoding = new TokenEncoding(SOURCES[name]);
    loaded.set(name, encoding);
  }
  if (forget === undefined) {
    forget = setTimeout(() => {
      forget = undefined;
      loaded.clear();
    }, KEPT_MS);
    forget.unref();
  } else {
    forget.refresh();
  }
  return encoding;
}
