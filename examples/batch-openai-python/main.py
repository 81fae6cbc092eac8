import os

import openai

client = openai.OpenAI(
    api_key="sk-1234",
    base_url=os.environ.get("PORTOLAN_URL", "http://0.0.0.0:4000"),
)

response = client.chat.completions.create(
    model="gpt-3.5-turbo,llama3",
    messages=[
        {"role": "user", "content": "this is a test request, write a short poem"}
    ],
)

print(response)
