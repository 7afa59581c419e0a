"""Ways to reach the advisor: command line, web page, Slack. Thin: no judgement lives here."""
