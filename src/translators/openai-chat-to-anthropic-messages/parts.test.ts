import { expect, test } from "bun:test";
import { type Translated, translateToAnthropic } from "../../../tests/support/translate-to-anthropic.ts";
import { GatewayError } from "../../core/errors.ts";
import { openaiChatToAnthropicMessages as translator } from "../openai-chat-to-anthropic-messages.ts";

const ask = (part: unknown, settings: Parameters<typeof translateToAnthropic>[1] = {}): Translated =>
  translateToAnthropic({ messages: [{ role: "user", content: [{ type: "text", text: "see" }, part] }] }, settings);

const blockOf = (translated: Translated): unknown => {
  const [message] = translated.body["messages"] as readonly { readonly content: readonly unknown[] }[];
  return message?.content[1];
};

const image = (url: string, more: object = {}): unknown => ({ type: "image_url", image_url: { url, ...more } });
const file = (fields: object): unknown => ({ type: "file", file: fields });
const pdf = { type: "base64", media_type: "application/pdf", data: "JVBERi0=" };

test.each<[unknown, unknown]>([
  [
    image("data:image/png;base64,iVBORw0="),
    { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0=" } },
  ],
  [image("https://a.example/b.webp"), { type: "image", source: { type: "url", url: "https://a.example/b.webp" } }],
  [image("data:application/pdf;base64,JVBERi0="), { type: "document", source: pdf }],
  [image("https://a.example/b.pdf"), { type: "document", source: { type: "url", url: "https://a.example/b.pdf" } }],
  [
    file({ file_data: "data:application/pdf;base64,JVBERi0=", filename: "a.pdf" }),
    { type: "document", source: pdf, title: "a.pdf" },
  ],
  [file({ file_data: "JVBERi0=" }), { type: "document", source: pdf }],
  [
    file({ file_data: "data:text/plain;base64,Y2Fmw6k=" }),
    { type: "document", source: { type: "text", media_type: "text/plain", data: "caf\u00e9" } },
  ],
  [
    file({ file_data: "iVBORw0=", format: "image/png" }),
    { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0=" } },
  ],
  [file({ file_id: "https://a.example/b" }), { type: "document", source: { type: "url", url: "https://a.example/b" } }],
  [file({ file_id: "file_011" }), { type: "document", source: { type: "file", file_id: "file_011" } }],
  [
    file({ file_id: "file_011", format: "image/png" }),
    { type: "image", source: { type: "file", file_id: "file_011" } },
  ],
  [
    { type: "document", source: pdf, citations: { enabled: true }, cache_control: { type: "ephemeral" } },
    { type: "document", source: pdf, citations: { enabled: true }, cache_control: { type: "ephemeral" } },
  ],
])("%j", (part, block) => {
  const translated = ask(part);
  expect(blockOf(translated)).toEqual(block);
  expect([translated.dropped, translated.refused]).toEqual([[], []]);
});

test("the detail of an image has no place", () => {
  expect(ask(image("https://a.example/b.png", { detail: "high" })).dropped).toEqual([
    "messages[0].content[1].image_url.detail",
  ]);
});

test.each([
  [{ type: "input_audio", input_audio: { data: "AAAA", format: "wav" } }],
  [image("data:image/tiff;base64,AAAA")],
  [file({ file_data: "data:application/zip;base64,AAAA" })],
  [{ type: "odd_part" }],
])("%j is refused", (part) => {
  expect(ask(part).refused).toEqual(["messages[0].content[1]"]);
});

test.each([[image("gs://bucket/a.png")], [image("data:image/png,raw")], [image("data:image/png;base64,")], [file({})]])(
  "%j is no file",
  (part) => {
    expect(() => ask(part)).toThrow(GatewayError);
  },
);

test("where the vendor fetches nothing, files are fetched for it", () => {
  const options = { takesNoUrls: true };
  const messages = [
    {
      role: "user",
      content: [
        image("https://a.example/b.png"),
        file({ file_id: "https://a.example/c" }),
        image("data:image/png;base64,AAAA"),
      ],
    },
  ];
  expect(translator.mediaUrls?.({ messages }, options)).toEqual(["https://a.example/b.png", "https://a.example/c"]);
  expect(translator.mediaUrls?.({ messages }, {})).toEqual([]);
  const media = { "https://a.example/c": { type: "application/pdf", base64: "JVBERi0=" } };
  expect(blockOf(ask(file({ file_id: "https://a.example/c" }), { media, options }))).toEqual({
    type: "document",
    source: pdf,
  });
});

test("files in the model's own messages have no place, the blocks of its own tools have", () => {
  const search = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} };
  const found = { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] };
  const { body, refused } = translateToAnthropic({
    messages: [
      { role: "user", content: "go" },
      { role: "assistant", content: [search, found, image("https://a.example/b.png")] },
    ],
  });
  expect(refused).toEqual(["messages[1].content[2]"]);
  expect(body["messages"]).toMatchObject([{}, { content: [search, found] }]);
});
