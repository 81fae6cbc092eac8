#!/bin/sh
curl --location "${PORTOLAN_URL:-http://0.0.0.0:4000}/moderations" \
    --header 'Content-Type: application/json' \
    --header 'Authorization: Bearer sk-1234' \
    --data '{"input": "Sample text goes here", "model": "text-moderation-stable"}'
