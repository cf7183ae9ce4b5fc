"""The shape of the partner's file, section by section, in pydantic. What refers to what: see references."""
