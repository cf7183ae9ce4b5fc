"""What a person wishes of a discovery."""

from typing import Annotated

from pydantic import Field

from cmsp_agent.api.schemas.base import Strict


class DiscoveryWanted(Strict):
    """Where to look; without subnets wherever the file says. Exclusions of the file always hold."""

    subnets: list[Annotated[str, Field(max_length=64)]] = Field(default_factory=list, max_length=64)
