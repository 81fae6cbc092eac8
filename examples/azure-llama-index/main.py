import os
from pathlib import Path

from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.embeddings.azure_openai import AzureOpenAIEmbedding
from llama_index.llms.azure_openai import AzureOpenAI

gateway = os.environ.get("PORTOLAN_URL", "http://0.0.0.0:4000")

llm = AzureOpenAI(
    engine="azure-gpt-3.5",  # model_name in config.yaml
    temperature=0.0,
    azure_endpoint=gateway,
    api_key="sk-1234",  # the gateway's key, not Azure's
    api_version="2023-07-01-preview",
)

embed_model = AzureOpenAIEmbedding(
    deployment_name="azure-embedding-model",
    azure_endpoint=gateway,
    api_key="sk-1234",
    api_version="2023-07-01-preview",
)

documents = SimpleDirectoryReader(Path(__file__).parent / "llama_index_data").load_data()
index = VectorStoreIndex.from_documents(documents, embed_model=embed_model)

query_engine = index.as_query_engine(llm=llm)
response = query_engine.query("What did the author do growing up?")
print(response)
