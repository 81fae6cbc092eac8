import { expect, test } from "bun:test";
import { HeadMemory } from "./head-memory.ts";
import { type RequestHead, readRequestHead } from "./request-head.ts";

const HEAD = [
  "POST /v1/chat/completions HTTP/1.1",
  "Host: gateway",
  "Content-Length:  120 ",
  "Authorization: Bearer sk-1234",
  "X-Stainless-Retry-Count: 0",
].join("\r\n");

const toBytes = (head: string): Buffer => Buffer.from(`${head}\r\n\r\n{"body":1}`, "latin1");

/** All that a head says, or what is wrong with it. */
function show(read: () => RequestHead): unknown {
  try {
    const { headers, ...rest } = read();
    const lines: string[] = [];
    headers.forEachLine((name, value) => lines.push(`${name}: ${value}`));
    return { ...rest, lines, length: headers.get("content-length") };
  } catch (error) {
    return String(error);
  }
}

const showFresh = (head: string): unknown => show(() => readRequestHead(toBytes(head), head.length));
const showNext = (memory: HeadMemory, head: string): unknown => show(() => memory.read(toBytes(head), head.length));

/** A memory that knows the head. */
function remembering(head: string): HeadMemory {
  const memory = new HeadMemory();
  memory.read(toBytes(head), head.length);
  memory.read(toBytes(head), head.length);
  return memory;
}

test("the same head again is not taken apart again", () => {
  const memory = remembering(HEAD);
  const again = memory.read(toBytes(HEAD), HEAD.length);
  expect(memory.read(toBytes(HEAD), HEAD.length)).toBe(again);
  expect(showNext(memory, HEAD)).toEqual(showFresh(HEAD));
});

test("nor is one with a body of another length, which it says", () => {
  for (const length of ["999", "000", "121"]) {
    const head = HEAD.replace("120", length);
    expect(showNext(remembering(HEAD), head)).toEqual(showFresh(head));
  }
});

test("a head that differs in any byte is read as if it were the first", () => {
  for (let at = 0; at < HEAD.length; at++) {
    for (const other of ["0", "9", " ", "x", ":", "\r", "\u0000", "\u00ff"]) {
      const head = HEAD.slice(0, at) + other + HEAD.slice(at + 1);
      expect(showNext(remembering(HEAD), head)).toEqual(showFresh(head));
    }
  }
});

test("heads that take turns are each what they are", () => {
  const heads = [
    HEAD,
    HEAD.replace("120", "7"),
    HEAD.replace("120", "12345678"),
    HEAD.replace("sk-1234", "sk-4321"),
    HEAD.replace("POST", "GET").replace("Content-Length:  120 \r\n", ""),
    HEAD.replace("Content-Length:  120 ", "Transfer-Encoding: chunked"),
    HEAD.replace("Content-Length:  120 ", "Content-Length: 120\r\nContent-Length: 120"),
    `${HEAD}\r\nX-Long: ${"x".repeat(5000)}`,
  ];
  const memory = new HeadMemory();
  for (let turn = 0; turn < 200; turn++) {
    const head = heads[(turn * turn + (turn >> 3)) % heads.length] as string;
    expect(showNext(memory, head)).toEqual(showFresh(head));
  }
});

test("a client whose heads always differ costs no memory in the end", () => {
  const memory = remembering(HEAD);
  for (let turn = 0; turn < 20; turn++) {
    showNext(memory, `${HEAD}\r\ntraceparent: ${turn + 100}`);
  }
  const first = memory.read(toBytes(HEAD), HEAD.length);
  expect(memory.read(toBytes(HEAD), HEAD.length)).not.toBe(first);
});
