#!/bin/sh
ask() {
    curl --silent --show-error "${PORTOLAN_URL:-http://0.0.0.0:4000}/chat/completions" \
        --header 'Content-Type: application/json' \
        --data "{\"model\": \"gpt-3.5-turbo\", \"messages\": [{\"role\": \"user\", \"content\": \"$1\"}]}"
    echo
}
ask "what llm are you"
ask "the password is swordfish"
