"""The language of rules: conditions on events, the files they are written in, what they do."""
