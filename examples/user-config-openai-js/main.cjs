const { OpenAI } = require("openai");

const userConfig = {
  model_list: [
    {
      model_name: "user-azure-instance",
      litellm_params: {
        model: "azure/chatgpt-v-2",
        api_key: process.env.AZURE_API_KEY,
        api_version: process.env.AZURE_API_VERSION,
        api_base: process.env.AZURE_API_BASE,
        timeout: 10,
      },
      tpm: 240000,
      rpm: 1800,
    },
    {
      model_name: "user-openai-instance",
      litellm_params: {
        model: "gpt-3.5-turbo",
        api_key: process.env.OPENAI_API_KEY,
        api_base: process.env.OPENAI_API_BASE, // unset: OpenAI itself
        timeout: 10,
      },
      tpm: 240000,
      rpm: 1800,
    },
  ],
  num_retries: 2,
  allowed_fails: 3,
  fallbacks: [
    {
      "user-azure-instance": ["user-openai-instance"],
    },
  ],
};

const openai = new OpenAI({
  apiKey: "sk-1234",
  baseURL: process.env.PORTOLAN_URL ?? "http://0.0.0.0:4000",
});

async function main() {
  const chatCompletion = await openai.chat.completions.create({
    messages: [{ role: "user", content: "Say this is a test" }],
    model: "gpt-3.5-turbo",
    user_config: userConfig,
  });
  console.log(chatCompletion.choices[0].message.content);
}

// biome-ignore lint/nursery/noFloatingPromises: nothing comes after it, and a failure ends the process
main();
