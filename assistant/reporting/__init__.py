"""Reports as Markdown, DOCX, PDF and JSON: one report, one sequence of blocks, four writers."""
