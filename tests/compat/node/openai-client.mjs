// The OpenAI client of one major, in plain Node with Node's own HTTP stack: `node openai-client.mjs openai4 URL`.
// Prints what each call gave, or raised, as one JSON object.
const [packageName, url] = process.argv.slice(2);
const { OpenAI, AzureOpenAI } = await import(packageName);

const messages = [{ role: "user", content: "Say this is a test" }];
const client = new OpenAI({ apiKey: "sk-1234", baseURL: url, maxRetries: 0 });
const results = {};

const run = async (name, call) => {
  try {
    results[name] = { value: await call() };
  } catch (error) {
    results[name] = {
      error: error.constructor.name,
      status: error.status,
      code: error.code,
      type: error.type,
      message: error.message,
    };
  }
};

const chat = async (model, options = {}) => client.chat.completions.create({ model, messages, ...options });

const readStream = async (model) => {
  let text = "";
  for await (const chunk of await chat(model, { stream: true })) text += chunk.choices[0].delta.content ?? "";
  return text;
};

const leaveStream = async () => {
  for await (const chunk of await chat("endless", { stream: true })) return chunk.choices[0].delta.content;
};

const listModels = async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  return ids;
};

const chatWithAzure = async () => {
  const options = { endpoint: `${url}/`, apiKey: "sk-1234", apiVersion: "2023-07-01-preview", maxRetries: 0 };
  return (await new AzureOpenAI(options).chat.completions.create({ model: "azure-gpt-3.5", messages })).choices[0]
    .message.content;
};

await run("chat", async () => (await chat("gpt-3.5-turbo")).choices[0].message.content);
await run("stream", () => readStream("gpt-3.5-turbo"));
await run("stream that breaks", () => readStream("breaks"));
await run("stream that is left", leaveStream);
await run("embeddings", async () => {
  const reply = await client.embeddings.create({ model: "text-embedding-ada-002", input: ["one", "two"] });
  return reply.data.map((item) => item.embedding);
});
await run("moderation", async () => {
  const reply = await client.moderations.create({ model: "text-moderation-stable", input: "x" });
  return reply.results[0].category_scores["harassment/threatening"];
});
await run("models", listModels);
await run("model", async () => (await client.models.retrieve("team/openai/my model")).id);
await run("error of busy", () => chat("busy"));
await run("azure chat", chatWithAzure);
console.log(JSON.stringify(results));
