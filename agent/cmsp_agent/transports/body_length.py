"""How long the body of an HTTP answer is, by its headers: said once, or the answer is not believed.

Of two lengths the standard library takes the first; whoever stands between may have taken the other, and what is left
over would be read as the next answer (RFC 9110, section 8.6; RFC 9112, section 6.3).
"""

import http.client


def ambiguous_length(answer: http.client.HTTPResponse) -> str:
    """Why the length of the body can't be believed; empty where it can. The same length may be said twice."""
    said = {each.strip() for header in answer.headers.get_all("Content-Length") or () for each in header.split(",")}
    if any(not (each.isascii() and each.isdigit()) for each in said):
        return "a length of its body that is no number"
    if len({int(each) for each in said}) > 1:
        return "two lengths of one body"
    if said and answer.headers.get_all("Transfer-Encoding"):
        return "a length of its body and no length (chunked)"
    return ""
