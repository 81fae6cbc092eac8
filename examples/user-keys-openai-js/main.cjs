const { OpenAI } = require("openai");

const openai = new OpenAI({
  apiKey: "sk-1234",
  baseURL: process.env.PORTOLAN_URL ?? "http://0.0.0.0:4000",
});

async function main() {
  const chatCompletion = await openai.chat.completions.create({
    messages: [{ role: "user", content: "Say this is a test" }],
    model: "gpt-3.5-turbo",
    api_key: "my-bad-key",
  });
  console.log(chatCompletion.choices[0].message.content);
}

// biome-ignore lint/nursery/noFloatingPromises: nothing comes after it, and a failure ends the process
main();
