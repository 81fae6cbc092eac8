import os

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI

os.environ["OPENAI_API_KEY"] = "anything"

chat = ChatOpenAI(
    openai_api_base=os.environ.get("PORTOLAN_URL", "http://0.0.0.0:4000"),
    model="gpt-3.5-turbo",
    temperature=0.1,
    extra_body={
        "metadata": {
            "generation_name": "ishaan-generation-langchain-client",
            "generation_id": "langchain-client-gen-id22",
            "trace_id": "langchain-client-trace-id22",
            "trace_user_id": "langchain-client-user-id2",
        }
    },
)

messages = [
    SystemMessage(content="You are a helpful assistant that im using to make a test request to."),
    HumanMessage(content="test from litellm. tell me why it's amazing in 1 sentence"),
]
response = chat.invoke(messages)

print(response)
