"""Facts as the API shows them: plain JSON, times in RFC 3339, no secret; the shapes of the head-end's contract."""
