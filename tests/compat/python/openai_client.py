"""The OpenAI Python client, any major from 1.30, against the gateway at PORTOLAN_URL."""

import os

import openai
from report import Report

URL = os.environ["PORTOLAN_URL"]
KEY = "sk-1234"
MESSAGES = [{"role": "user", "content": "Say this is a test"}]
AWKWARD_MODEL = "team/openai/my model"

report = Report()


def connect(path="", key=KEY):
    return openai.OpenAI(api_key=key, base_url=URL + path, max_retries=0)


def azure(tail="", **options):
    return openai.AzureOpenAI(
        api_key=KEY, azure_endpoint=URL + tail, api_version="2023-07-01-preview", max_retries=0, **options
    )


def chat(client, model="gpt-3.5-turbo", **options):
    return client.chat.completions.create(model=model, messages=MESSAGES, **options)


def text_of(completion):
    return completion.choices[0].message.content


def stream_text(client, model="gpt-3.5-turbo", **options):
    text, usages, choices = "", [], []
    for chunk in chat(client, model, stream=True, **options):
        choices.append(len(chunk.choices))
        if chunk.choices and chunk.choices[0].delta.content:
            text += chunk.choices[0].delta.content
        if getattr(chunk, "usage", None):
            usages.append(chunk.usage.prompt_tokens)
    return {"text": text, "usages": usages, "choices": choices}


def stream_helper():
    with client.chat.completions.stream(model="gpt-3.5-turbo", messages=MESSAGES) as stream:
        return text_of(stream.get_final_completion())


def leave_stream():
    stream = chat(client, "endless", stream=True)
    first = next(iter(stream)).choices[0].delta.content
    stream.close()
    return first


def vectors(client, **options):
    return [item.embedding for item in client.embeddings.create(**options).data]


def scores():
    raw = client.moderations.with_raw_response.create(model="text-moderation-stable", input="Sample text goes here")
    parsed = raw.parse().results[0].category_scores
    return {"raw": raw.http_response.text, "harassment_threatening": parsed.harassment_threatening}


def headers():
    raw = client.chat.completions.with_raw_response.create(model="gpt-3.5-turbo", messages=MESSAGES)
    return dict(raw.headers)


client = connect()
metadata = {"trace_id": "t", "nested": {"a": [1]}}

report.run("version", lambda: openai.__version__)
for path in ["", "/", "/v1", "/v1/"]:
    report.run(f"chat at {path}", lambda: text_of(chat(connect(path))))
report.run("chat with metadata", lambda: text_of(chat(client, extra_body={"metadata": metadata, "tags": ["a"]})))
report.run("chat with nulls", lambda: text_of(chat(client, temperature=None, stop=None)))
report.run("stream", lambda: stream_text(client))
report.run("stream with usage", lambda: stream_text(client, stream_options={"include_usage": True}))
if hasattr(client.chat.completions, "stream"):
    report.run("stream helper", stream_helper)
report.run("stream that breaks", lambda: stream_text(client, "breaks"))
report.run("stream that is left", leave_stream)
report.run(
    "text", lambda: client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Say").choices[0].text
)
report.run("embeddings", lambda: vectors(client, model="text-embedding-ada-002", input=["one", "two"]))
report.run("float embeddings", lambda: vectors(client, model="text-embedding-ada-002", input="one", encoding_format="float"))
report.run("token embeddings", lambda: vectors(client, model="text-embedding-ada-002", input=[[9906, 1917], [15, 16]]))
report.run("text-only embeddings", lambda: vectors(client, model="text-only-embeddings", input="one"))
report.run("moderation", scores)
report.run("models", lambda: [model.id for model in client.models.list()])
report.run("model", lambda: client.models.retrieve(AWKWARD_MODEL).id)
report.run("headers", headers)
for model in ["busy", "down", "refused", "locked", "no-such-model"]:
    report.run(f"error of {model}", lambda: text_of(chat(client, model)))
report.run("error of a stream", lambda: stream_text(client, "busy"))
report.run("wrong key", lambda: text_of(chat(connect(key="wrong"))))
report.run("azure chat", lambda: text_of(chat(azure(), "azure-gpt-3.5")))
report.run("azure chat, trailing slash", lambda: text_of(chat(azure("/"), "azure-gpt-3.5")))
report.run("azure deployment", lambda: text_of(chat(azure(azure_deployment="azure/with slash"), "unrelated")))
report.run("azure embeddings", lambda: vectors(azure(), model="azure-embedding-model", input="one"))
report.run("azure models", lambda: len(azure().models.list().data))
report.print()
