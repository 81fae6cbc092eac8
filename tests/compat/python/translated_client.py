"""The OpenAI Python client against models of vendors with formats of their own: PORTOLAN_MODELS lists their names."""

import json
import os

import openai
from report import Report

MESSAGES = [{"role": "user", "content": "Look at the sea."}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "look",
            "parameters": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
        },
    }
]

client = openai.OpenAI(api_key="sk-1234", base_url=os.environ["PORTOLAN_URL"], max_retries=0)
report = Report()


def chat(model, **options):
    return client.chat.completions.create(model=model, messages=MESSAGES, **options)


def text(model):
    completion = chat(model)
    return [completion.choices[0].message.content, completion.usage.total_tokens]


def called(message):
    call = message.tool_calls[0]
    return [call.function.name, json.loads(call.function.arguments)]


def helper(model, **options):
    with client.chat.completions.stream(model=model, messages=MESSAGES, **options) as stream:
        return stream.get_final_completion().choices[0]


for model in os.environ["PORTOLAN_MODELS"].split():
    report.run(f"{model} chats", lambda: text(model))
    report.run(f"{model} streams", lambda: helper(model).message.content)
    report.run(f"{model} calls tools", lambda: called(chat(model, tools=TOOLS).choices[0].message))
    report.run(f"{model} streams tools", lambda: called(helper(model, tools=TOOLS).message))
    report.run(f"{model} fails", lambda: chat(model))

report.print()
