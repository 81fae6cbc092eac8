import os

import openai

client = openai.OpenAI(
    api_key="sk-1234",
    base_url=os.environ.get("PORTOLAN_URL", "http://0.0.0.0:4000"),
)

# request sent to the model group "gpt-3.5-turbo" of config.yaml, under the caller's own key
response = client.chat.completions.create(model="gpt-3.5-turbo", messages = [
    {
        "role": "user",
        "content": "this is a test request, write a short poem"
    }
],
    extra_body={"api_key": "my-bad-key"})

print(response)
