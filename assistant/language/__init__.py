"""Language: from a person's words to evidence and facts, and from judgement to words.

Two engines speak one protocol: the embedded one (no key, no network) and one on an OpenAI-compatible model.
"""
