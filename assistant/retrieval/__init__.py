"""The knowledge base: corpus, index (Chroma and BM25), search, and grounded answers."""
