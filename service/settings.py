"""What an operator can set, each by an environment variable ROUTESHIFT_<NAME>."""

from __future__ import annotations

from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from geo.crs import Crs, UnknownCrsError
from routes.stores.addresses import is_address
from service.proxy import PREFIX


class Settings(BaseSettings):
    """Settings of one service process."""

    model_config = SettingsConfigDict(env_prefix="ROUTESHIFT_")

    store: Path | str = Field(
        Path("var/store"),
        description="Folder of the store that is served, or address of its database",
    )
    store_read: str = Field(
        "", description="Address of a copy of the store's database, to read from in its place"
    )
    store_answers_within_s: int = Field(
        10, ge=1, description="Seconds that one question to the store's database may take"
    )
    store_connections: int = Field(
        8, ge=1, description="Most requests that ask the store's database at once, of each worker"
    )
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on")
    workers: int = Field(1, ge=1, description="Number of worker processes")
    root_path: str = Field(
        "",
        pattern=f"^{PREFIX}$",
        description="Path prefix under which a proxy shows the service, such as /atlas",
    )
    trusted_proxies: list[IPv4Network | IPv6Network] = Field(
        [IPv4Network("127.0.0.1"), IPv6Network("::1")],
        description="Networks whose X-Forwarded-Proto, -Host and -Prefix are believed, as JSON",
    )
    access_log: bool = Field(False, description="Whether each request is logged")
    default_limit: int = Field(100, ge=1, description="Items on a page where none is asked for")
    max_limit: int = Field(10_000, ge=1, description="Most items on a page")
    answer_cache_mb: int = Field(
        16, ge=0, description="Memory in MB for answers that are kept, of each worker; 0 for none"
    )
    crs: list[str] = Field(
        ["EPSG:4326", "EPSG:3857", "EPSG:3035", "EPSG:25834", "EPSG:32634"],
        description="Systems beside CRS84 that answers can be in, as JSON, codes that pyproj knows",
    )
    downloads: Path | None = Field(
        None,
        description="Folder in which whole downloads are kept, of this store and no other; "
        "`downloads` in the store if none",
    )
    downloads_mb: int = Field(
        2000, ge=0, description="Most megabytes of downloads that are kept; 0 keeps none"
    )
    embed_ancestors: str = Field("*", description="Sites that may frame /embed, beside this one")

    @field_validator("store")
    @classmethod
    def _folder(cls, store: Path | str) -> Path | str:
        return store if is_address(store) else Path(store)

    @field_validator("crs")
    @classmethod
    def _known(cls, codes: list[str]) -> list[str]:
        for code in codes:
            try:
                Crs.of(code)
            except UnknownCrsError:
                raise ValueError(f"{code!r} is not a CRS that pyproj knows") from None
        return codes

    @cached_property
    def systems(self) -> dict[str, Crs]:
        """The systems that answers can be in, by URI; CRS84 first."""
        return {crs.uri: crs for crs in map(Crs.of, ("OGC:CRS84", *self.crs))}


@lru_cache
def settings() -> Settings:
    """Read the settings of this process, once."""
    return Settings()
