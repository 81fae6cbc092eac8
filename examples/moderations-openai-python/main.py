import os

from openai import OpenAI

# set base_url to the gateway
# set api_key to what the gateway expects
client = OpenAI(
    api_key="<proxy-api-key>",
    base_url=os.environ.get("PORTOLAN_URL", "http://0.0.0.0:4000"),
)

response = client.moderations.create(
    input="hello from litellm",
    model="text-moderation-stable",
)

print(response)
