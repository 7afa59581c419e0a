"""The interview's judgement, pure: the maturity model, evidence, inference, choice of question, stopping."""
