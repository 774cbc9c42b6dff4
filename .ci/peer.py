"""The parts of .ci/peer that are awkward in bash. Uses Python's own library only.

port: prints a free loopback port
config PROMPT ANSWER MODEL: prints the server's settings, including the verdicts of its fixed reply
ready PORT MODEL: exits with 0 if the server on that port offers the model, else with 1
check PROMPT RESULT PROVIDER: exits with 1 and prints the reason unless the judge decided every criterion
"""

import json
import socket
import sys
import urllib.request


# The number of criteria that one quote may decide.
SHARED = 2


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def criteria(prompt):
    return prompt["schema"]["properties"]["verdicts"]["required"]


def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        print(free.getsockname()[1])


def config(prompt_path, answer_path, model):
    prompt = load(prompt_path)
    user = next(m["content"] for m in prompt["messages"] if m["role"] == "user")
    token = next(line[7:] for line in user.splitlines() if line.startswith("token: "))
    with open(answer_path, encoding="utf-8") as file:
        quote = " ".join(file.readline().split()[:8])
    verdicts = {
        name: {"criterion": name, "quote": quote, "why": "This is a fixed reply.", "credit": "full"}
        if place < SHARED
        else {"criterion": name, "quote": "", "why": "This is a fixed reply.", "credit": "none"}
        for place, name in enumerate(criteria(prompt))
    }
    reply = json.dumps({"for": token, "verdicts": verdicts})
    fixed = {"model": f"openai/{model}", "api_key": "none", "mock_response": reply}
    # The server reads YAML, which includes JSON.
    print(json.dumps({
        "model_list": [{"model_name": model, "litellm_params": fixed}],
        "litellm_settings": {"telemetry": False},
    }))


def ready(number, model):
    url = f"http://127.0.0.1:{number}/v1/models"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as reply:
            models = json.load(reply)["data"]
    except (OSError, ValueError, KeyError):
        sys.exit(1)
    sys.exit(0 if any(m["id"] == model for m in models) else 1)


def check(prompt_path, result_path, provider):
    result = load(result_path)
    decided = result["criteria"] + result["penalties"]
    asked = criteria(load(prompt_path))
    credit = {name: int(place < SHARED) for place, name in enumerate(asked)}
    wrong = [c["id"] for c in decided if (c["source"], c["credit"]) != ("llm", credit.get(c["id"]))]
    if wrong:
        sys.exit(f"criteria without the judge's verdict: {', '.join(wrong)}")
    if sorted(c["id"] for c in decided) != sorted(asked):
        sys.exit("the result's criteria are not those of the prompt")
    if result["grader"]["provider"] != provider:
        sys.exit(f"the result names the provider {result['grader']['provider']}")


if __name__ == "__main__":
    {"port": port, "config": config, "ready": ready, "check": check}[sys.argv[1]](*sys.argv[2:])
