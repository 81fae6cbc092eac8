import os

import openai

client = openai.OpenAI(
    api_key="anything",
    base_url=os.environ.get("PORTOLAN_URL", "http://0.0.0.0:4000"),
)

# request sent to the model group "gpt-3.5-turbo" of config.yaml
response = client.chat.completions.create(
    model="gpt-3.5-turbo",
    messages=[
        {
            "role": "user",
            "content": "this is a test request, write a short poem",
        }
    ],
    extra_body={
        "metadata": {  # for logging (e.g. to Langfuse); never sent to the vendor
            "generation_name": "ishaan-generation-openai-client",
            "generation_id": "openai-client-gen-id22",
            "trace_id": "openai-client-trace-id22",
            "trace_user_id": "openai-client-user-id2",
        }
    },
)

print(response)
