"""Runs named calls and prints what each gave, or raised, as one JSON object."""

import json


class Report:
    def __init__(self):
        self.results = {}

    def run(self, name, call):
        try:
            self.results[name] = {"value": call()}
        except Exception as error:
            self.results[name] = {
                "error": type(error).__name__,
                "status": getattr(error, "status_code", None),
                "code": getattr(error, "code", None),
                "type": getattr(error, "type", None),
                "message": str(error),
            }

    def print(self):
        print(json.dumps(self.results))
