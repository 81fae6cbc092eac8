"""langchain-openai against the gateway at PORTOLAN_URL."""

import os

from langchain_openai import AzureChatOpenAI, AzureOpenAIEmbeddings, ChatOpenAI, OpenAIEmbeddings
from report import Report

URL = os.environ["PORTOLAN_URL"]
KEY = "sk-1234"

report = Report()


def chat(model="gpt-3.5-turbo", **options):
    return ChatOpenAI(model=model, base_url=URL, api_key=KEY, max_retries=0, **options)


def azure_chat(**options):
    return AzureChatOpenAI(
        azure_deployment="azure-gpt-3.5",
        azure_endpoint=URL,
        api_key=KEY,
        api_version="2023-07-01-preview",
        max_retries=0,
        **options,
    )


def embeddings(model, **options):
    return OpenAIEmbeddings(model=model, base_url=URL, api_key=KEY, max_retries=0, **options)


def stream(model):
    chunks = list(model.stream("Say this is a test"))
    usages = [chunk.usage_metadata["input_tokens"] for chunk in chunks if chunk.usage_metadata]
    return {"text": "".join(chunk.text for chunk in chunks), "usages": usages}


def headers():
    reply = chat(include_response_headers=True).invoke("Say this is a test")
    return reply.response_metadata["headers"]


azure_embeddings = AzureOpenAIEmbeddings(
    azure_deployment="azure-embedding-model", azure_endpoint=URL, api_key=KEY, api_version="2023-07-01-preview"
)

report.run("chat", lambda: chat(extra_body={"metadata": {"trace_id": "t"}}).invoke("Say this is a test").content)
report.run("max tokens", lambda: chat(max_tokens=5).invoke("Say this is a test").content)
report.run("stream", lambda: stream(chat()))
report.run("stream with usage", lambda: stream(chat(stream_usage=True)))
report.run("headers", headers)
report.run("error of busy", lambda: chat("busy").invoke("Say this is a test").content)
report.run("embeddings of tokens", lambda: embeddings("text-embedding-ada-002").embed_documents(["hello world", "two"]))
report.run(
    "embeddings of text",
    lambda: embeddings("text-embedding-ada-002", check_embedding_ctx_length=False).embed_documents(["one", "two"]),
)
report.run("embeddings decoded", lambda: embeddings("text-only-embeddings").embed_query("hello world"))
report.run("azure chat", lambda: azure_chat().invoke("Say this is a test").content)
report.run("azure stream", lambda: stream(azure_chat()))
report.run("azure embeddings", lambda: azure_embeddings.embed_query("hello world"))
report.print()
