import os

from langchain_openai import OpenAIEmbeddings

gateway = os.environ.get("PORTOLAN_URL", "http://0.0.0.0:4000")

embeddings = OpenAIEmbeddings(model="sagemaker-embeddings", openai_api_base=gateway, openai_api_key="temp-key")

text = "This is a test document."

query_result = embeddings.embed_query(text)

print("SAGEMAKER EMBEDDINGS")
print(query_result[:5])

embeddings = OpenAIEmbeddings(model="bedrock-embeddings", openai_api_base=gateway, openai_api_key="temp-key")

text = "This is a test document."

query_result = embeddings.embed_query(text)

print("BEDROCK EMBEDDINGS")
print(query_result[:5])

embeddings = OpenAIEmbeddings(model="bedrock-titan-embeddings", openai_api_base=gateway, openai_api_key="temp-key")

text = "This is a test document."

query_result = embeddings.embed_query(text)

print("TITAN EMBEDDINGS")
print(query_result[:5])
