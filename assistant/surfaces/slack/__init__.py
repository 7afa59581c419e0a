"""The Slack bot: a thread is a session, and nothing of one person reaches another."""
