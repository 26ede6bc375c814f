"""Rules about pairs of answers, and answers with a judgement."""
