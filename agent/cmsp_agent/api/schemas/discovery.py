"""What a person wishes of a discovery."""

from typing import Annotated

from pydantic import Field

from cmsp_agent.api.schemas.base import Strict


class DiscoveryWanted(Strict):
    """Where to look: these subnets, or those of the file if none is given. The file's exclusions always hold."""

    subnets: list[Annotated[str, Field(max_length=64)]] = Field(default_factory=list, max_length=64)
