"""LlamaIndex's Azure classes against the gateway at PORTOLAN_URL."""

import os

from llama_index.core.llms import ChatMessage
from llama_index.embeddings.azure_openai import AzureOpenAIEmbedding
from llama_index.llms.azure_openai import AzureOpenAI
from report import Report

AZURE = {"azure_endpoint": os.environ["PORTOLAN_URL"], "api_key": "sk-1234", "api_version": "2023-07-01-preview"}

report = Report()
llm = AzureOpenAI(engine="azure-gpt-3.5", temperature=0.0, max_retries=0, **AZURE)
embedding = AzureOpenAIEmbedding(deployment_name="azure-embedding-model", max_retries=0, **AZURE)
messages = [ChatMessage(role="user", content="Say this is a test")]

report.run("chat", lambda: llm.chat(messages).message.content)
report.run("complete", lambda: llm.complete("Say this is a test").text)
report.run("stream", lambda: "".join(piece.delta or "" for piece in llm.stream_chat(messages)))
report.run("embedding", lambda: embedding.get_text_embedding("hello world"))
report.run("embeddings", lambda: embedding.get_text_embedding_batch(["one", "two"]))
report.print()
