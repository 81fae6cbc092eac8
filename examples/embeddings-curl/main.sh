#!/bin/sh
curl --location "${PORTOLAN_URL:-http://0.0.0.0:4000}/embeddings" \
  --header 'Content-Type: application/json' \
  --data ' {
  "model": "text-embedding-ada-002",
  "input": ["write a litellm poem"]
  }'
